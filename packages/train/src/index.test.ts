import { expect, test } from 'vitest';
import * as train from './index.ts';

test('exports what it is meant to', () => {
  expect(Object.keys(train).sort()).toEqual([
    'applyGradients',
    'describeEngines',
    'describeKernels',
    'duration',
    'exportPth',
    'exportRun',
    'isNetworkFile',
    'learningRateAt',
    'loadRun',
    'paper',
    'pretrainedBackbone',
    'progressLine',
    'quick',
    'readConfig',
    'train',
    'trainingStep',
  ]);
});
