import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { Interval } from './binomial.ts';
import { normalQuantile, studentCdf, studentQuantile } from './normal.ts';
import { carryingPeople, countPeople, type PeopleInPairs, varianceOverPeople } from './shared-people.ts';

/** A difference, with its interval and its p-value. */
export interface Difference extends Interval {
  difference: number;
  standardError: number;
  pValue: number;
}

/** A difference of two ways of training, measured over several seeds on the same pairs. */
export interface SeedDifference extends Difference {
  /** Difference over seeds, for retraining with the same people and pairs: Student's t over the seeds. */
  overSeeds: Difference;
  /** Difference over people, for the same networks on other people of the same kind. */
  overPeople: Difference;
}

/**
 * Computes the difference of two networks on the same pairs, second minus first, where pairs may share people.
 * McNemar's test is the case in which none do.
 *
 * @param first `[pairs]`, 1 or true for a pair that the first network classifies correctly; `second` the same for the
 * second network.
 * @example
 * const { difference, low, high, pValue } = pairedDifference(rightOfCe, rightOfHm, people);
 */
export function pairedDifference(
  first: ArrayLike<number | boolean>,
  second: ArrayLike<number | boolean>,
  people: PeopleInPairs,
  { confidence = 0.95 }: { confidence?: number | undefined } = {},
): Difference {
  checkArguments(
    'pairedDifference',
    { first, second, people },
    { first: 'array', second: 'array', people: { has: ['first', 'second'] } },
  );
  return ofGains(gainsOf(first, second), people, confidence);
}

/**
 * Computes the difference of two ways of training over seeds and people together. The variance is two-way, with seeds
 * and people crossed, and Student's t has one degree of freedom less than there are seeds.
 *
 * @param first Argument of {@link pairedDifference} for each seed; `second` for the same seeds on the same pairs.
 * @see C. Cameron, J. Gelbach, D. Miller, Robust inference with multiway clustering, 2011
 * @throws {InvalidArgumentError} unless both have the same seeds, at least two.
 */
export function seedDifference(
  first: readonly ArrayLike<number | boolean>[],
  second: readonly ArrayLike<number | boolean>[],
  people: PeopleInPairs,
  { confidence = 0.95 }: { confidence?: number | undefined } = {},
): SeedDifference {
  checkArguments(
    'seedDifference',
    { first, second, people },
    { first: 'array', second: 'array', people: { has: ['first', 'second'] } },
  );
  const seeds = first.length;
  if (seeds < 2 || second.length !== seeds) throw tooFewSeeds(seeds, second.length);
  const gains = first.map((right, seed) => gainsOf(right, second[seed]!));
  const pairs = gains[0]!.length;
  const means = gains.map((gain) => gain.reduce((sum, one) => sum + one, 0) / pairs);
  const mean = means.reduce((sum, one) => sum + one, 0) / seeds;
  const ofSeeds = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (seeds - 1) / seeds;
  const average = Float64Array.from({ length: pairs }, (_, pair) =>
    gains.reduce((sum, gain) => sum + gain[pair]! / seeds, 0),
  );
  const overPeople = ofGains(average, people, confidence);
  const ofBoth = gains.reduce((sum, gain) => {
    const terms = gain.map((one) => (one - mean) / pairs / seeds);
    return sum + varianceOverPeople(terms, people);
  }, 0);
  const ofPeople = overPeople.standardError ** 2;
  const variance = Math.max(ofPeople, ofSeeds, ofPeople + ofSeeds - ofBoth);
  const estimate = (squared: number) => studentEstimate(mean, Math.sqrt(squared), seeds - 1, confidence);
  return { ...estimate(variance), overSeeds: estimate(ofSeeds), overPeople };
}

function gainsOf(first: ArrayLike<number | boolean>, second: ArrayLike<number | boolean>): Float64Array {
  if (first.length === second.length)
    return Float64Array.from(second, (right, pair) => Number(right) - Number(first[pair]));
  throw new InvalidArgumentError({
    where: 'pairedDifference',
    expected: 'the same pairs for both networks',
    received: `${first.length} and ${second.length} pairs`,
    fix: 'Score both on one list.',
  });
}

/**
 * Estimates a difference from the gain of each pair. If the two networks agree on every pair, the interval still
 * leaves room by the rule of three.
 */
function ofGains(gains: Float64Array, people: PeopleInPairs, confidence: number): Difference {
  const pairs = gains.length;
  const difference = gains.reduce((sum, one) => sum + one, 0) / pairs;
  const count = Math.max(3, countPeople(people));
  const terms = gains.map((one) => (one - difference) / pairs);
  const standardError = Math.sqrt((varianceOverPeople(terms, people) * count) / (count - 2));
  const degrees = Math.max(1, carryingPeople(terms, people) - 1);
  const room = standardError === 0 ? -Math.log(1 - confidence) / pairs : 0;
  const found = studentEstimate(difference, standardError, degrees, confidence);
  return {
    ...found,
    low: Math.min(found.low, difference - room),
    high: Math.max(found.high, difference + room),
  };
}

function studentEstimate(
  difference: number,
  standardError: number,
  degrees: number,
  confidence: number,
): Difference {
  const half = studentQuantile((1 + confidence) / 2, degrees) * standardError;
  const pValue = standardError === 0 ? 1 : 2 * studentCdf(-Math.abs(difference / standardError), degrees);
  return { difference, standardError, low: difference - half, high: difference + half, pValue };
}

/**
 * Applies Holm's correction to several comparisons that were planned beforehand. The smallest p-value is multiplied
 * by their number, the next by one less, and so on; none may be below the one before.
 *
 * @returns The corrected p-values, `[comparisons]`, in the order given.
 * @see S. Holm, A simple sequentially rejective multiple test procedure, 1979
 * @example
 * holm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  checkArguments('holm', { pValues }, { pValues: 'array' });
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = new Array<number>(pValues.length);
  let least = 0;
  for (const [place, index] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - place) * pValues[index]!));
    corrected[index] = least;
  }
  return corrected;
}

/** Options of {@link smallestDetectable}. */
export interface DetectionOptions {
  /** Probability of detecting the difference. Default 0.8. */
  power?: number;
  /** Level of the two-sided test. Default 0.05. */
  level?: number;
  /** Number of comparisons by which Holm's first step divides the level. Default 1. */
  comparisons?: number;
  /** Degrees of freedom of the standard error: one less than seeds. Default: so many that it is known. */
  degrees?: number;
}

/**
 * Returns the smallest true difference that a two-sided test with this standard error detects with the given power:
 * about 2.8 standard errors.
 *
 * @example
 * smallestDetectable(0.002); // 0.0056
 */
export function smallestDetectable(standardError: number, options: DetectionOptions = {}): number {
  const {
    power = 0.8,
    level = 0.05,
    comparisons = 1,
    degrees = Number.POSITIVE_INFINITY,
  } = checkOptions('smallestDetectable', options, {
    ...{ power: 'number', level: 'number', comparisons: 'number', degrees: 'number' },
  });
  const quantile = (probability: number) =>
    Number.isFinite(degrees) ? studentQuantile(probability, degrees) : normalQuantile(probability);
  return (quantile(1 - level / comparisons / 2) + quantile(power)) * standardError;
}

const tooFewSeeds = (first: number, second: number) =>
  new InvalidArgumentError({
    where: 'seedDifference',
    expected: 'the same seeds for both, at least two',
    received: `${first} and ${second}`,
    fix: 'Train both with the same seeds.',
  });
