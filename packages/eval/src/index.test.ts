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
    'poolTemplates',
    'rocCurve',
    'scoreEmbeddings',
    'standardDeviation',
    'standardError',
    'tarAtFar',
    'templateDistances',
    'toJson',
    'toMarkdown',
    'validationRate',
    'verify',
    'verifyHeldOut',
  ]);
});
