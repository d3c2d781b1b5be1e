import { expect, test } from 'vitest';
import * as surface from './index.ts';

test('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'areaUnderCurve',
    'bestThreshold',
    'crossValidate',
    'equalErrorRate',
    'loadEmbedder',
    'mean',
    'pairDistances',
    'rocCurve',
    'standardDeviation',
    'standardError',
    'tarAtFar',
    'toJson',
    'toMarkdown',
    'verify',
  ]);
});
