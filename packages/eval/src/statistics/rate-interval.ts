import { checkArguments, checkOptions } from '@hm/tensor/host';
import type { Interval } from './binomial.ts';
import { studentQuantile } from './normal.ts';
import { carryingPeople, countPeople, type PeopleInPairs, varianceOverPeople } from './shared-people.ts';

/** A rate over pairs that share people, with its interval. */
export interface RateEstimate extends Interval {
  rate: number;
  standardError: number;
  pairs: number;
  /** Number of independent pairs that would carry as much information. */
  effectivePairs: number;
}

/**
 * Computes the share of pairs with a property, for example of those classified wrongly, and its Wilson interval. The
 * interval uses the effective number of pairs, because pairs that share a person carry less information than as many
 * that do not. With few people their variance is itself uncertain. So the quantile is Student's, with one degree of
 * freedom less than the number of people who carry the variance, and the variance is raised by `P / (P − 2)` for P
 * people.
 *
 * @param has `[pairs]`, 1 or true for a pair with the property.
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

/** Computes Wilson's interval of a figure that is, up to a constant, the sum of one term per pair. */
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

/**
 * Computes Wilson's interval of a rate whose estimate has this variance. With no hit or one it follows the Poisson
 * distribution.
 */
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
