import { expect, test } from 'vitest';
import * as surface from './index.ts';

test('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'approximateIndex',
    'areaUnderCurve',
    'bestThreshold',
    'bootstrap',
    'calibrate',
    'clopperPearson',
    'compareResults',
    'crossValidate',
    'equalErrorRate',
    'exactIndex',
    'identify',
    'identifyAmongDistractors',
    'loadEmbedder',
    'mcnemar',
    'mean',
    'pairDistances',
    'poolTemplates',
    'probabilityOf',
    'rocCurve',
    'scoreEmbeddings',
    'standardDeviation',
    'standardError',
    'tarAtFar',
    'templateDistances',
    'toHtml',
    'toJson',
    'toMarkdown',
    'tpirAtFpir',
    'validationRate',
    'verify',
    'verifyHeldOut',
  ]);
});
