import { expect, test } from 'vitest';
import * as train from './index.ts';

test('exports what it is meant to', () => {
  expect(Object.keys(train).sort()).toEqual([
    'accumulate',
    'adam',
    'average',
    'chain',
    'changeRecipe',
    'clip',
    'decay',
    'decoupledDecay',
    'describeEngines',
    'describeKernels',
    'duration',
    'exportPth',
    'exportRun',
    'fineTune',
    'inStages',
    'isNetworkFile',
    'learningRateAt',
    'loadRun',
    'optimizerOf',
    'paper',
    'pretrainedBackbone',
    'progressLine',
    'quick',
    'readConfig',
    'readEvents',
    'recipeSchema',
    'sgd',
    'startDashboard',
    'towardsStart',
    'train',
    'trainingStep',
  ]);
});
