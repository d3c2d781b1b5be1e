import { expect, test } from 'vitest';
import * as surface from './index.ts';

test('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'checkPlan',
    'compareLosses',
    'comparisonMarkdown',
    'comparisonReport',
    'countCells',
    'estimateStudy',
    'mergeStudies',
    'peopleOf',
    'photographComparison',
    'readPlan',
    'readRows',
    'readyCells',
    'renderedComparison',
    'reproductionMarkdown',
    'reproductionPlan',
    'study',
    'summarizeStudy',
    'summaryFigure',
    'summaryMarkdown',
    'withLabelNoise',
  ]);
});
