import { checkArguments, checkOptions, Rng } from '@hm/tensor/host';
import type { Interval } from './binomial.ts';
import { type BootstrapOptions, bootstrapOptions } from './bootstrap.ts';
import type { PeopleInPairs } from './shared-people.ts';

/**
 * Computes the percentile interval of a statistic by drawing people with replacement, rather than pairs. The weight
 * of a pair is the product of the number of draws of its two people; for a genuine pair it is the number of draws of
 * its person. The interval is right if people are in many pairs. If each person is in one pair, it is too wide, by up
 * to `√3`.
 *
 * @param statistic Takes a weight for each pair, zero for pairs that were not drawn.
 * @see R. Fogliato, P. Patil, P. Perona, Confidence intervals for error rates in 1:1 matching tasks, IJCV 2024
 * @example
 * const { low, high } = bootstrapOverPeople(people, (weights) => weightedMean(wrong, weights));
 */
export function bootstrapOverPeople(
  people: PeopleInPairs,
  statistic: (weights: Float64Array) => number,
  options: BootstrapOptions = {},
): Interval {
  const {
    resamples = 2000,
    confidence = 0.95,
    seed = 0,
  } = checkOptions('bootstrapOverPeople', options, bootstrapOptions);
  checkArguments('bootstrapOverPeople', { people, statistic }, { people: 'object', statistic: 'function' });
  const { first, second } = people;
  const rng = Rng.of(seed, 'bootstrap over people');
  const numbers = [...new Set([...Array.from(first), ...Array.from(second)])];
  const placeOf = new Map(numbers.map((number, place) => [number, place]));
  const [a, b] = [first, second].map((side) => Uint32Array.from(side, (number) => placeOf.get(number)!));
  const counts = new Uint32Array(numbers.length);
  const weights = new Float64Array(first.length);
  const values = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    for (let draw = 0; draw < numbers.length; draw++) counts[rng.integer(numbers.length)]! += 1;
    for (let pair = 0; pair < weights.length; pair++)
      weights[pair] = counts[a![pair]!]! * (a![pair] === b![pair] ? 1 : counts[b![pair]!]!);
    values[resample] = statistic(weights);
  }
  values.sort();
  const at = (share: number) => values[Math.round(share * (resamples - 1))]!;
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}
