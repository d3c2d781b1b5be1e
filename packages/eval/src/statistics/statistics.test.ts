import { readFileSync } from 'node:fs';
import { Rng } from '@hm/tensor/host';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestThreshold } from '../metrics/best-threshold.ts';
import type { VerificationResult } from '../verification/verification-result.ts';
import { binomialCdf, clopperPearson } from './binomial.ts';
import { bootstrap } from './bootstrap.ts';
import { calibrate, probabilityOf } from './calibrate.ts';
import { compareResults } from './compare-results.ts';
import { mcnemar } from './mcnemar.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../golden/${name}.json`, import.meta.url), 'utf8'));
// Written by tools/golden/statistics.py with scikit-learn and SciPy, on the pairs of tools/golden/metrics.py.
const golden = read('statistics');
const distances: number[] = read('metrics').distances;
const same = distances.map((_, pair) => pair % 60 < 30);

const close = (found: number, wanted: number, digits = 1e-10) =>
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(digits * Math.abs(wanted));

test('exact accuracy is the best of scikit-learn over all thresholds', () => {
  expect(bestThreshold({ distances, same }).accuracy).toBeCloseTo(golden.accuracy, 12);
});

describe('binomial', () => {
  test.each(golden.binomialCdf as number[][])('P(X ≤ %d), n = %d, p = %d', (k, n, p, wanted) => {
    close(binomialCdf(k!, n!, p!), wanted!);
  });

  test.each(golden.clopperPearson as number[][])('interval of %d in %d', (hits, trials, low, high) => {
    const found = clopperPearson(hits!, trials!);
    const digits = trials! < 1e6 ? 1e-11 : 1e-8;
    close(found.low, low!, digits);
    close(found.high, high!, digits);
  });

  test('sums to the terms', () => {
    const terms = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }));
    fc.assert(
      fc.property(terms, ([n, p]) => {
        let [term, sum] = [(1 - p) ** n, 0];
        for (let k = 0; k < n; k++) {
          sum += term;
          expect(binomialCdf(k, n, p)).toBeCloseTo(sum, 11);
          term *= ((n - k) / (k + 1)) * (p / (1 - p));
        }
      }),
    );
  });
});

describe('McNemar', () => {
  test.each(golden.mcnemar as number[][])('%d against %d', (b, c, pValue) => {
    const first = [...Array(b).fill(true), ...Array(c).fill(false), true, false];
    const second = [...Array(b).fill(false), ...Array(c).fill(true), true, false];
    const found = mcnemar(first, second);
    expect([found.onlyFirst, found.onlySecond]).toEqual([b, c]);
    close(found.pValue, pValue!);
  });

  test('equal models differ by chance', () => {
    expect(mcnemar([true, false], [true, false])).toEqual({ onlyFirst: 0, onlySecond: 0, pValue: 1 });
  });
});

describe('bootstrap', () => {
  test('of a mean is about two standard errors wide on either side, the same for the same seed', () => {
    const rng = Rng.of(3);
    const values = Float64Array.from({ length: 400 }, () => rng.normal(5, 2));
    const meanOf = (drawn: Uint32Array) => drawn.reduce((sum, k) => sum + values[k]!, 0) / drawn.length;
    const { low, high } = bootstrap(400, meanOf, { seed: 1 });
    expect((high - low) / (2 * 1.96 * 0.1)).toBeCloseTo(1, 0);
    expect(low).toBeLessThan(meanOf(Uint32Array.from(values.keys())));
    expect(bootstrap(400, meanOf, { seed: 1 })).toEqual({ low, high });
    expect(bootstrap(400, meanOf, { seed: 2 })).not.toEqual({ low, high });
  });

  test('needs items and a confidence', () => {
    expect(() => bootstrap(0, () => 0)).toThrow(/items/);
    expect(() => bootstrap(3, () => 0, { confidence: 95 })).toThrow(/between 0 and 1.*95/);
  });
});

describe('calibration', () => {
  const calibration = calibrate({ distances, same }, { rates: [0.1, 0.01, 1e-3] });

  test('Platt’s curve is scikit-learn’s', () => {
    const { probability } = calibration;
    if (probability.kind !== 'platt') throw probability;
    close(probability.slope, golden.platt.slope, 1e-9);
    close(probability.intercept, golden.platt.intercept, 1e-9);
  });

  test('the isotonic curve is scikit-learn’s, between its points and beyond them', () => {
    const isotonic = calibrate({ distances, same }, { probability: 'isotonic' });
    for (const [distance, probability] of golden.isotonic as [number, number][]) {
      expect(probabilityOf(isotonic, distance)).toBeCloseTo(probability, 12);
    }
  });

  test('where the kinds part perfectly, probabilities stay finite and fall', () => {
    const parted = calibrate({ distances: [0.1, 0.2, 1.1, 1.2], same: [true, true, false, false] });
    const [near, far] = [probabilityOf(parted, 0.1), probabilityOf(parted, 1.2)];
    expect(near).toBeGreaterThan(0.6);
    expect(near + far).toBeCloseTo(1, 6);
  });

  test('a rarer genuine pair is less probable', () => {
    const middle = probabilityOf(calibration, 1.3);
    expect(probabilityOf(calibration, 1.3, 0.5)).toBeCloseTo(middle, 12);
    expect(probabilityOf(calibration, 1.3, 0.01)).toBeLessThan(middle / 5);
  });

  test('thresholds keep their rate, and rates that the pairs cannot show are left out', () => {
    expect(calibration.thresholds.map(({ far }) => far)).toEqual([0.1, 0.01]);
    for (const { far, threshold, falseAccepts, impostors, tar } of calibration.thresholds) {
      const accepted = (kind: boolean) =>
        distances.filter((d, k) => same[k] === kind && d < threshold).length;
      expect([accepted(false), accepted(true) / 300]).toEqual([falseAccepts, tar]);
      expect(falseAccepts / impostors).toBeLessThanOrEqual(far);
    }
  });

  test('intervals of thresholds hold the true one as often as they say', () => {
    const rng = Rng.of(5);
    const trials = 200;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const impostors = Array.from({ length: 200 }, () => rng.uniform());
      const pairs = { distances: [0, ...impostors], same: [true, ...impostors.map(() => false)] };
      const { low, high } = calibrate(pairs, { rates: [0.1] }).thresholds[0]!.thresholdInterval;
      if (low! <= 0.1 && 0.1 <= high!) held++;
    }
    expect(held / trials).toBeGreaterThan(0.93);
    expect(held / trials).toBeLessThan(0.995);
  });

  test('refuses a confidence that is none', () => {
    expect(() => calibrate({ distances, same }, { confidence: 95 })).toThrow(/between 0 and 1, got 95/);
  });
});

describe('two models on the same pairs', () => {
  const scored = (model: string, right: boolean[]) =>
    ({
      model,
      scores: right.map((value, k) => ({
        first: `a${k}`,
        second: `b${k}`,
        same: k % 2 === 0,
        fold: 0,
        distance: 1,
        accepted: value === (k % 2 === 0),
      })),
    }) as unknown as VerificationResult;
  const first = scored('ce', [true, true, false, false, false, false, false, false]);
  const second = scored('hm', [false, true, true, true, true, true, true, true]);

  test('are compared pair by pair', () => {
    const found = compareResults(first, second);
    expect(found).toMatchObject({ first: 'ce', second: 'hm', pairs: 8, onlyFirst: 1, onlySecond: 6 });
    expect(found.pValue).toBeCloseTo((2 * (1 + 7)) / 2 ** 7, 12);
    expect(found.accuracyDifference).toBe(5 / 8);
    expect(found.interval.low).toBeLessThan(5 / 8);
    expect(found.interval.high).toBeLessThanOrEqual(1);
  });

  test('must keep their scores, and of the same pairs', () => {
    expect(() => compareResults(first, { ...second, scores: second.scores!.slice(1) })).toThrow(
      /pair 0 to be/,
    );
    const { scores: _, ...without } = second;
    expect(() => compareResults(first, without as VerificationResult)).toThrow(/scores of every pair of hm/);
  });
});
