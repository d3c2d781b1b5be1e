import { expect, it } from 'vitest';
import * as losses from './index.ts';

it('exports what the README lists', () => {
  expect(Object.keys(losses).sort()).toEqual([
    'aSoftmax',
    'arcFace',
    'cosFace',
    'hardMining',
    'hardMiningLoss',
    'headByName',
    'headNames',
    'marginCrossEntropy',
    'softmax',
  ]);
});
