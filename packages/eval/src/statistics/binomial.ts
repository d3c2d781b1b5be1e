import { checkArguments } from '@hm/tensor/host';
import { incompleteBeta } from './incomplete-beta.ts';

/** An interval from `low` to `high`. */
export interface Interval {
  low: number;
  high: number;
}

/** Returns `P(X ≤ k)` for `X ~ Binomial(n, p)`. */
export const binomialCdf = (k: number, n: number, p: number): number =>
  k < 0 ? 0 : k >= n ? 1 : incompleteBeta(1 - p, n - k, k + 1);

/**
 * Computes the exact confidence interval of a rate, given `hits` in `trials` (Clopper and Pearson 1934). It contains
 * the true rate in at least `confidence` of all samples.
 *
 * @example
 * clopperPearson(3, 3000); // { low: 0.000206…, high: 0.00292… }
 */
export function clopperPearson(hits: number, trials: number, confidence = 0.95): Interval {
  checkArguments('clopperPearson', { hits, trials }, { hits: 'number', trials: 'number' });
  const tail = (1 - confidence) / 2;
  return {
    low: hits === 0 ? 0 : solve((p) => incompleteBeta(p, hits, trials - hits + 1) - tail),
    high: hits === trials ? 1 : solve((p) => incompleteBeta(p, hits + 1, trials - hits) - (1 - tail)),
  };
}

/** Returns the root of an increasing function in (0, 1). */
function solve(increasing: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (increasing(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
