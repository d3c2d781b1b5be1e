import type { PairScore } from '../verification/verification-result.ts';

/** The pairs that a model finds hardest: of one person and far apart, or of two and close. */
export interface HardestPairs {
  genuine: PairScore[];
  impostors: PairScore[];
}

/** The `count` hardest pairs of either kind, hardest first. */
export function hardestPairs(scores: readonly PairScore[], count: number): HardestPairs {
  const kind = (same: boolean) => scores.filter((pair) => pair.same === same);
  const hardest = (pairs: PairScore[], order: (a: PairScore, b: PairScore) => number) =>
    pairs.sort(order).slice(0, count);
  return {
    genuine: hardest(kind(true), (a, b) => b.distance - a.distance),
    impostors: hardest(kind(false), (a, b) => a.distance - b.distance),
  };
}
