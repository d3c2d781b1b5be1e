import { readFileSync } from 'node:fs';
import { Rng } from '@hm/tensor/host';
import { describe, expect, test } from 'vitest';
import { normalCdf, normalQuantile, studentCdf, studentQuantile } from './normal.ts';
import { holm, pairedDifference, seedDifference, smallestDetectable } from './paired-difference.ts';
import { bootstrapOverPeople } from './people-bootstrap.ts';
import { wilson } from './rate-interval.ts';
import { varianceOverPeople } from './shared-people.ts';

interface Golden {
  name: string;
  first: number[];
  second: number[];
  wrong: number[];
  fnmr: { variance: number; interval: [number, number] };
  fmr: { variance: number; interval: [number, number] };
}
// Written by tools/golden/shared_people.py with cimat, the package of Fogliato, Patil and Perona.
const golden: Golden[] = JSON.parse(
  readFileSync(new URL('../../golden/shared-people.json', import.meta.url), 'utf8'),
);

describe.each(golden)('$name: as cimat', ({ first, second, wrong, ...wanted }) => {
  test.each(['fnmr', 'fmr'] as const)('%s', (kind) => {
    const pairs = [...first.keys()].filter((pair) => (first[pair] === second[pair]) === (kind === 'fnmr'));
    const people = { first: pairs.map((pair) => first[pair]!), second: pairs.map((pair) => second[pair]!) };
    const hits = pairs.reduce((sum, pair) => sum + wrong[pair]!, 0);
    const rate = hits / pairs.length;
    const variance = varianceOverPeople(
      pairs.map((pair) => (wrong[pair]! - rate) / pairs.length),
      people,
    );
    expect(variance / wanted[kind].variance).toBeCloseTo(1, 10);
    const found = wilson(rate, variance, {
      ...{ hits, pairs: pairs.length, confidence: 0.95 },
      quantile: normalQuantile(0.975),
    });
    expect(found.low).toBeCloseTo(wanted[kind].interval[0], 8);
    expect(found.high).toBeCloseTo(wanted[kind].interval[1], 8);
  });
});

test('the variance is the sum of all products of terms of pairs that share a person', () => {
  const rng = Rng.of(4, 'products');
  const first = Array.from({ length: 60 }, () => rng.integer(9));
  const second = first.map((a, pair) => (pair < 20 ? a : (a + 1 + rng.integer(8)) % 9));
  const terms = first.map(() => rng.normal());
  const shares = (i: number, j: number) =>
    [first[j], second[j]].some((person) => [first[i], second[i]].includes(person));
  let products = 0;
  for (const i of terms.keys())
    for (const j of terms.keys()) if (shares(i, j)) products += terms[i]! * terms[j]!;
  expect(products).toBeGreaterThan(0);
  expect(varianceOverPeople(terms, { first, second })).toBeCloseTo(products, 9);
});

test('distributions, as SciPy has them', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
  expect(normalCdf(-1.5)).toBeCloseTo(0.06680720126885807, 14);
  expect(studentQuantile(0.975, 4)).toBeCloseTo(2.7764451051977987, 9);
  expect(studentCdf(2, 4)).toBeCloseTo(0.9419417382415922, 12);
});

test('Holm, and the smallest difference that a design could have seen', () => {
  expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(smallestDetectable(1)).toBeCloseTo(2.8016, 4);
  expect(smallestDetectable(1, { degrees: 4 })).toBeCloseTo(2.7764451 + 0.9409646, 6);
  expect(smallestDetectable(1, { comparisons: 3 })).toBeGreaterThan(smallestDetectable(1));
});

test('two networks that judge alike differ by nothing, within three in so many', () => {
  const right = Array.from({ length: 100 }, (_, pair) => pair > 3);
  const people = { first: [...right.keys()], second: right.map((_, pair) => 100 + pair) };
  const { difference, low, high, pValue } = pairedDifference(right, right, people);
  expect([difference, pValue]).toEqual([0, 1]);
  expect(high).toBeCloseTo(-Math.log(0.05) / 100, 12);
  expect(low).toBeCloseTo(-high, 12);
});

describe('seeds and people together', () => {
  const rng = Rng.of(8, 'seeds');
  const pairs = 400;
  const people = {
    first: Array.from({ length: pairs }, (_, pair) => pair),
    second: Array.from({ length: pairs }, (_, pair) => pairs + pair),
  };
  const seedsOf = (error: number) =>
    Array.from({ length: 5 }, () => Array.from({ length: pairs }, () => rng.uniform(0, 1) >= error));

  test('sees a large difference, and says of what it is made', () => {
    const found = seedDifference(seedsOf(0.3), seedsOf(0.1), people);
    expect(found.difference).toBeGreaterThan(0.15);
    expect(found.low).toBeGreaterThan(0);
    expect(found.pValue).toBeLessThan(0.01);
    expect(found.standardError).toBeGreaterThanOrEqual(found.overSeeds.standardError);
    expect(found.standardError).toBeGreaterThanOrEqual(found.overPeople.standardError);
  });

  test('one seed is none', () => {
    expect(() => seedDifference([[1]], [[0]], { first: [1], second: [2] })).toThrow(/at least two/);
  });
});

test('the bootstrap over people agrees where people are in many pairs', () => {
  const rng = Rng.of(6, 'bootstrap');
  const own = Array.from({ length: 60 }, () => rng.normal());
  const first: number[] = [];
  const second: number[] = [];
  for (let a = 0; a < 60; a++) for (let b = 0; b < a; b++) if (first.push(a)) second.push(b);
  const values = first.map((a, pair) => Number(own[a]! + own[second[pair]!]! + rng.normal() > 1));
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const error = Math.sqrt(
    varianceOverPeople(
      values.map((one) => (one - mean) / values.length),
      { first, second },
    ),
  );
  const { low, high } = bootstrapOverPeople(
    { first, second },
    (weights) => {
      let [sum, total] = [0, 0];
      for (const [pair, weight] of weights.entries()) {
        sum += weight * values[pair]!;
        total += weight;
      }
      return sum / total;
    },
    { resamples: 1000 },
  );
  expect((high - low) / 2 / (1.96 * error)).toBeGreaterThan(0.85);
  expect((high - low) / 2 / (1.96 * error)).toBeLessThan(1.15);
});
