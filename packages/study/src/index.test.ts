import { expect, test } from 'vitest';
import * as surface from './index.ts';

test('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'checkPlan',
    'countCells',
    'peopleOf',
    'readPlan',
    'readRows',
    'readyCells',
    'study',
    'withLabelNoise',
  ]);
});
