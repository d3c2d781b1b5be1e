import { readFileSync } from 'node:fs';
import type { VerificationProtocol } from '@hm/datasets';
import { hostTensor } from '@hm/tensor/host';
import { describe, expect, test } from 'vitest';
import { poolTemplates } from '../templates/pool-templates.ts';
import { templateDistances } from '../templates/template-distances.ts';
import { pairDistances } from './pair-distances.ts';
import { scoreEmbeddings } from './score-embeddings.ts';
import type { ScoreOptions } from './score-options.ts';

// Written by tools/golden/verification.py with NumPy and SciPy.
const golden = JSON.parse(readFileSync(new URL('../../golden/verification.json', import.meta.url), 'utf8'));
const [PAIRS, SIZE] = [600, 8];

/** The script's generator and its embeddings: rows 2i and 2i + 1 make pair i. */
function embeddings() {
  let state = 12345;
  const draw = () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const data = Float32Array.from({ length: PAIRS * 2 * SIZE }, draw);
  state = 12345;
  for (let pair = 0; pair < PAIRS; pair++) {
    const first = Array.from({ length: SIZE }, () => draw() + 0.2);
    const second = Array.from({ length: SIZE }, draw).map((value, k) =>
      pair % 60 < 30 ? first[k]! + 0.9 * value : value + 0.2,
    );
    data.set([...first, ...second], pair * 2 * SIZE);
  }
  return hostTensor('float32', [PAIRS * 2, SIZE], data);
}

const rows = embeddings();
const protocol: VerificationProtocol = {
  name: 'golden',
  images: Array.from({ length: PAIRS * 2 }, (_, k) => ({ id: `${k}`, path: `${k}` })),
  pairs: Array.from({ length: PAIRS }, (_, pair) => ({
    first: 2 * pair,
    second: 2 * pair + 1,
    same: pair % 60 < 30,
    fold: Math.floor(pair / 60),
  })),
  folds: 10,
  official: false,
  notes: [],
};
const score = (options: ScoreOptions) => scoreEmbeddings(rows, protocol, { model: 'golden' }, options);

test('distances are those of NumPy', () => {
  for (const [name, kind] of [
    ['squared', 'squared-euclidean'],
    ['angle', 'angle'],
  ] as const) {
    const found = pairDistances(rows, protocol.pairs.slice(0, 20), kind);
    found.forEach((distance, k) => {
      expect(distance).toBeCloseTo(golden[name][k], 12);
    });
  }
});

const programs: [name: string, options: ScoreOptions][] = [
  ['insightface', { thresholdSearch: 'grid' }],
  ['facenetAngle', { thresholdSearch: 'grid', distance: 'angle' }],
  ['facenetSubtractMean', { thresholdSearch: 'grid', distance: 'squared-euclidean-raw', center: true }],
  ['sphereface', { thresholdSearch: 'sphereface', distance: 'cosine', center: true }],
  ['clcarwin', { thresholdSearch: 'clcarwin', distance: 'cosine' }],
  ['facexZoo', { thresholdSearch: 'facex-zoo', distance: 'cosine' }],
];
test.each(programs)('%s: accuracy, spread and every threshold, digit for digit', (name, options) => {
  const result = score(options);
  const wanted = golden[name];
  expect(result.accuracy).toBeCloseTo(wanted.accuracy, 12);
  expect(result.standardDeviation).toBeCloseTo(wanted.standardDeviation, 12);
  expect(result.standardError).toBeCloseTo(wanted.standardError, 12);
  result.folds.forEach(({ threshold }, fold) => {
    expect(threshold).toBeCloseTo(wanted.thresholds[fold], 12);
  });
});

test('VAL@FAR is insightface’s, and only its grid has one', async () => {
  const { validationRate } = await import('../metrics/validation-rate.ts');
  const found = score({ thresholdSearch: 'grid' }).validationRate!;
  expect([found.val, found.standardDeviation, found.measuredFar]).toEqual([
    expect.closeTo(golden.val.val, 12),
    expect.closeTo(golden.val.std, 12),
    expect.closeTo(golden.val.far, 12),
  ]);
  const { pairs } = protocol;
  const distances = pairDistances(rows, pairs);
  const folded = { distances, same: pairs.map(({ same }) => same), fold: pairs.map(({ fold }) => fold) };
  const coarse = validationRate(folded, 0.1);
  expect(coarse.val).toBeCloseTo(golden.val10.val, 12);
  expect(coarse.measuredFar).toBeCloseTo(golden.val10.far, 12);
  expect(score({}).validationRate).toBeUndefined();
});

describe('templates', () => {
  const first = Array.from({ length: 9 }, (_, k) => 2 * k);
  const media = [3, 3, 5, 3, 7, 5, 9];

  test.each(['N0D0', 'N0D1', 'N1D0', 'N1D1'])('%s is pooled as insightface pools IJB-C', (name) => {
    const facts = protocol.images.map((_, row) => ({
      media: media[row / 2],
      quality: 0.5 + row / 2 / 12,
    }));
    const { data, shape } = poolTemplates(rows, [first.slice(0, 7)], facts, {
      norms: name.startsWith('N1') ? 'keep' : 'unit',
      weightByQuality: name.endsWith('D1'),
    });
    const length = Math.hypot(...data);
    expect(shape).toEqual([1, SIZE]);
    data.forEach((value, k) => {
      expect(value / length).toBeCloseTo(golden.pooled[name][k], 6);
    });
  });

  test.each(['mean', 'min', 'max'] as const)('%s distance of all frames', (name) => {
    const [distance] = templateDistances(
      rows,
      [first.slice(0, 5), first.slice(5)],
      [{ first: 0, second: 1 }],
      `${name}-distance`,
    );
    expect(distance).toBeCloseTo(golden.frames[name], 12);
  });
});
