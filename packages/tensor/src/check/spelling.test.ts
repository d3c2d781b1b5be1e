import { expect, it } from 'vitest';
import { hostTensor } from '../host-tensor.ts';
import { americanSpelling, britishSpelling } from './spelling.ts';

const before = {
  dataLicence: 'research only',
  recipe: {
    optimiser: { kind: 'sgd', momentum: 0.9 },
    sampler: { kind: 'hard', images: 2, neighbours: 10 },
    batchNorm: 'synchronised',
    augment: { colour: { probability: 0.2 }, cutout: { fill: 'grey' } },
    stages: [{ params: ['colour'], rate: 0.1 }],
  },
  settings: { prefer: 'centre', noFace: 'centre', centreFraction: 0.45 },
};
const now = {
  dataLicense: 'research only',
  recipe: {
    optimizer: { kind: 'sgd', momentum: 0.9 },
    sampler: { kind: 'hard', images: 2, neighbors: 10 },
    batchNorm: 'synchronized',
    augment: { color: { probability: 0.2 }, cutout: { fill: 'gray' } },
    stages: [{ params: ['colour'], rate: 0.1 }],
  },
  settings: { prefer: 'center', noFace: 'center', centerFraction: 0.45 },
};

it('reads names of before as those of now, and nothing else', () => {
  expect(americanSpelling(before)).toEqual(now);
  expect(americanSpelling(now)).toEqual(now);
  expect(americanSpelling({ name: 'centre', fill: 3, prefer: null })).toEqual({
    name: 'centre',
    fill: 3,
    prefer: null,
  });
});

it('writes the same text as before, in the same order, for what is hashed', () => {
  expect(JSON.stringify(britishSpelling(now))).toBe(JSON.stringify(before));
});

it('leaves tensors as they are', () => {
  const tensor = hostTensor('float32', [1], Float32Array.of(1));
  const { 'sampler.neighbors': same } = americanSpelling<Record<string, unknown>>({
    'sampler.neighbours': tensor.data,
  });
  expect(same).toBe(tensor.data);
});
