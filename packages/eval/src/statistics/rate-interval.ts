import { checkArguments, checkOptions } from '@hm/tensor/host';
import type { Interval } from './binomial.ts';
import { studentQuantile } from './normal.ts';
import { carryingPeople, countPeople, type PeopleInPairs, varianceOverPeople } from './shared-people.ts';

/** A rate over pairs that share people, with its interval. */
export interface RateEstimate extends Interval {
  rate: number;
  standardError: number;
  pairs: number;
  /** How many independent pairs would tell as much. */
  effectivePairs: number;
}

/**
 * The share of pairs with a property, for example of those judged wrongly, and Wilson's interval with the effective number
 * of pairs in the place of theirs: pairs that share a person tell less than as many that do not. Few people tell little of
 * their variance: the quantile is Student's, with as many degrees of freedom as people carry it, less one, and the variance
 * is raised by `P / (P − 2)` for P people.
 *
 * @param has `[pairs]`, 1 or true where a pair has it.
 * @see R. Fogliato, P. Patil, P. Perona, Confidence intervals for error rates in 1:1 matching tasks, IJCV 2024
 * @example
 * const { rate, low, high } = rateInterval([0, 1, 0], { first: [1, 1, 2], second: [1, 2, 3] });
 */
export function rateInterval(
  has: ArrayLike<number | boolean>,
  people: PeopleInPairs,
  options: { confidence?: number | undefined } = {},
): RateEstimate {
  const { confidence = 0.95 } = checkOptions('rateInterval', options, { confidence: 'number' });
  checkArguments('rateInterval', { has, people }, { has: 'array', people: { has: ['first', 'second'] } });
  const pairs = has.length;
  const hits = Array.from(has, Number).reduce((sum, one) => sum + one, 0);
  const rate = hits / pairs;
  const terms = Float64Array.from(has, (one) => (Number(one) - rate) / pairs);
  return { ...wilsonOverPeople(rate, terms, people, { hits, pairs, confidence }), pairs };
}

/** Wilson's interval of a figure that is, but for a constant, the sum of a term of each pair. */
export function wilsonOverPeople(
  rate: number,
  terms: Float64Array,
  people: PeopleInPairs,
  { hits, pairs, confidence }: { hits: number; pairs: number; confidence: number },
): Omit<RateEstimate, 'pairs'> {
  const count = Math.max(3, countPeople(people));
  const variance = (varianceOverPeople(terms, people) * count) / (count - 2);
  const quantile = studentQuantile((1 + confidence) / 2, Math.max(1, carryingPeople(terms, people) - 1));
  return wilson(rate, variance, { hits, pairs, confidence, quantile });
}

/** Wilson's interval of a rate whose estimate has this variance. At no or one hit it follows the Poisson distribution. */
export function wilson(
  rate: number,
  variance: number,
  {
    hits,
    pairs,
    confidence,
    quantile: z,
  }: { hits: number; pairs: number; confidence: number; quantile: number },
): Omit<RateEstimate, 'pairs'> {
  const isSure = rate === 0 || rate === 1;
  const effectivePairs = isSure || variance === 0 ? pairs : (rate * (1 - rate)) / variance;
  const spread = (z * z) / effectivePairs;
  const half = z * Math.sqrt((rate * (1 - rate) + spread / 4) / effectivePairs);
  const bound = (sign: number) => (rate + spread / 2 + sign * half) / (1 + spread);
  const rare = -Math.log(confidence) / pairs;
  return {
    rate,
    low: hits === 0 ? 0 : hits === 1 ? rare : bound(-1),
    high: hits === pairs ? 1 : hits === pairs - 1 ? 1 - rare : bound(1),
    standardError: isSure ? 0 : Math.sqrt(variance),
    effectivePairs,
  };
}
