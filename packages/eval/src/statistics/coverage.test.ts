import { Rng } from '@hm/tensor/host';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from './normal.ts';
import { pairedDifference } from './paired-difference.ts';
import { rateInterval } from './rate-interval.ts';
import { verificationIntervals } from './verification-intervals.ts';

// Each person has a part in the distance of every pair it is in; a pair has one of its own.
const PERSON = 0.6;
const REPEATS = 800;

interface Design {
  first: number[];
  second: number[];
  people: number;
}

/** Impostor pairs of everyone with everyone. */
function dense(people: number): Design {
  const pairs = Array.from({ length: people }, (_, a) =>
    Array.from({ length: a }, (_, b) => [a, b] as const),
  ).flat();
  return { people, first: pairs.map(([a]) => a), second: pairs.map(([, b]) => b) };
}

/** Genuine pairs, several of each person. */
function genuine(people: number, each: number): Design {
  const first = Array.from({ length: people * each }, (_, pair) => Math.floor(pair / each));
  return { people, first, second: first };
}

/** Impostor pairs as LFW's: people drawn for each, few of them twice. */
function sparse(people: number, pairs: number): Design {
  const rng = Rng.of(5, 'sparse');
  const first = Array.from({ length: pairs }, () => rng.integer(people));
  const second = first.map((a) => (a + 1 + rng.integer(people - 1)) % people);
  return { people, first, second };
}

/** Both kinds, the genuine ones first. */
const both = (a: Design, b: Design): Design => ({
  people: Math.max(a.people, b.people),
  first: [...a.first, ...b.first],
  second: [...a.second, ...b.second],
});

/** A distance for each pair: of variance 1 + 2·PERSON² for impostors, 1 + 4·PERSON² for genuine pairs. */
function draw(rng: Rng, { first, second, people }: Design): Float64Array {
  const own = Array.from({ length: people }, () => PERSON * rng.normal());
  return Float64Array.from(first, (a, pair) => own[a]! + own[second[pair]!]! + rng.normal());
}

/** The share of repeats whose interval holds the truth. */
function coverage(name: string, holds: (rng: Rng) => boolean): number {
  const rng = Rng.of(1, name);
  let held = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) held += Number(holds(rng));
  return held / REPEATS;
}

const isIn = (truth: number, { low, high }: { low: number; high: number }) => low <= truth && truth <= high;

/** Wilson's interval as if pairs were independent: every pair has people of its own. */
function naive(has: readonly boolean[]) {
  const first = [...has.keys()];
  return rateInterval(has, { first, second: first.map((pair) => pair + has.length) });
}

const deviation = (kind: 'genuine' | 'impostor') => Math.sqrt(1 + (kind === 'genuine' ? 4 : 2) * PERSON ** 2);

describe('intervals of 95 % hold the truth in 93 to 97 %', () => {
  it.each([
    ['FMR, 50 people, everyone with everyone', dense(50), 'impostor', 0.1, 0.9],
    ['FMR, 30 people, everyone with everyone', dense(30), 'impostor', 0.2, 0.9],
    ['FMR, people drawn for each pair, as LFW’s', sparse(1000, 1000), 'impostor', 0.03, 1],
    ['FNMR, 60 people, 20 pairs each', genuine(60, 20), 'genuine', 0.1, 0.9],
    ['FNMR, few pairs of each person, as LFW’s', genuine(500, 2), 'genuine', 0.05, 1],
  ] as const)(
    '%s',
    (name, design, kind, truth, mostOfNaive) => {
      const threshold = normalQuantile(truth) * deviation(kind);
      let naively = 0;
      const share = coverage(name, (rng) => {
        const wrong = [...draw(rng, design)].map((distance) => distance < threshold);
        naively += Number(isIn(truth, naive(wrong)));
        return isIn(truth, rateInterval(wrong, design));
      });
      expect(share).toBeGreaterThanOrEqual(0.93);
      expect(share).toBeLessThanOrEqual(0.97);
      expect(naively / REPEATS).toBeLessThan(mostOfNaive);
    },
    120_000,
  );

  it('AUC, EER and TAR at a FAR, of 40 people in many pairs', () => {
    const design = both(genuine(40, 10), dense(40));
    const same = [...design.first].map((a, pair) => a === design.second[pair]);
    const [g, i] = [deviation('genuine'), deviation('impostor')];
    const APART = 2.5;
    const truth = {
      auc: normalCdf(APART / Math.hypot(g, i)),
      eer: normalCdf(-APART / (g + i)),
      tar: normalCdf((APART + normalQuantile(0.1) * i) / g),
    };
    const held = { auc: 0, eer: 0, tar: 0 };
    const rng = Rng.of(2, 'curves');
    const repeats = 400;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const distances = draw(rng, design).map((distance, pair) => distance + (same[pair] ? 0 : APART));
      const found = verificationIntervals({ distances, same }, design, { threshold: 0, fars: [0.1] });
      held.auc += Number(isIn(truth.auc, found.areaUnderCurve)) / repeats;
      held.eer += Number(isIn(truth.eer, found.equalErrorRate)) / repeats;
      held.tar += Number(isIn(truth.tar, found.tarAtFar[0]!)) / repeats;
    }
    for (const share of Object.values(held)) {
      expect(share).toBeGreaterThanOrEqual(0.93);
      expect(share).toBeLessThanOrEqual(0.97);
    }
  });

  it('the difference of two networks on the same pairs', () => {
    const design = dense(40);
    const threshold = normalQuantile(0.1) * deviation('impostor');
    const share = coverage('difference', (rng) => {
      const shared = draw(rng, design);
      const [a, b] = [0, 1].map(() => {
        const own = draw(rng, design);
        return [...shared].map((distance, pair) => 0.8 * distance + 0.6 * own[pair]! >= threshold);
      });
      return isIn(0, pairedDifference(a!, b!, design));
    });
    expect(share).toBeGreaterThanOrEqual(0.93);
    expect(share).toBeLessThanOrEqual(0.97);
  });
});
