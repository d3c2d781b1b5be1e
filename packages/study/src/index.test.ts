import { expect, test } from 'vitest';
import * as surface from './index.ts';

test('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'checkPlan',
    'countCells',
    'mergeStudies',
    'peopleOf',
    'readPlan',
    'readRows',
    'readyCells',
    'study',
    'summarizeStudy',
    'summaryMarkdown',
    'withLabelNoise',
  ]);
});
