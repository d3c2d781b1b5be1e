import { expect, test } from 'vitest';
import * as surface from './index.ts';

test('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'checkPlan',
    'countCells',
    'estimateStudy',
    'mergeStudies',
    'peopleOf',
    'readPlan',
    'readRows',
    'readyCells',
    'reproductionMarkdown',
    'reproductionPlan',
    'study',
    'summarizeStudy',
    'summaryFigure',
    'summaryMarkdown',
    'withLabelNoise',
  ]);
});
