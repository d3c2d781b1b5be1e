import { expect, it } from 'vitest';
import * as losses from './index.ts';

it('exports what the README lists', () => {
  expect(Object.keys(losses).sort()).toEqual([
    'aSoftmax',
    'adaptiveHardSamples',
    'arcFace',
    'centreLoss',
    'circleLoss',
    'contrastive',
    'cosFace',
    'describeHardMining',
    'doppelgangerBatches',
    'embeddingHead',
    'hardMining',
    'hardMiningLoss',
    'headByName',
    'headNames',
    'joint',
    'marginCrossEntropy',
    'marginalLoss',
    'minimumMargin',
    'msml',
    'nearestClasses',
    'plotHardMining',
    'softmax',
    'triplet',
  ]);
});
