import { checkArguments, checkOptions } from '@hm/tensor/host';
import { areaUnderCurve } from '../metrics/area-under-curve.ts';
import { equalErrorRate } from '../metrics/equal-error-rate.ts';
import type { ScoredPairs } from '../metrics/scored-pairs.ts';
import { quantile } from './quantile.ts';
import { type RateEstimate, rateInterval, wilsonOverPeople } from './rate-interval.ts';
import type { PeopleInPairs } from './shared-people.ts';

/** Figures of a verification, with intervals. */
export interface VerificationIntervals {
  /** Share of all pairs that are classified correctly at the threshold. */
  accuracy: RateEstimate;
  /** Share of the impostor pairs that are accepted at the threshold. */
  falseMatchRate: RateEstimate;
  /** Share of the genuine pairs that are refused at the threshold. */
  falseNonMatchRate: RateEstimate;
  equalErrorRate: RateEstimate;
  areaUnderCurve: RateEstimate;
  /** Share of the genuine pairs accepted at the threshold that accepts the share `far` of the impostor pairs. */
  tarAtFar: (RateEstimate & { far: number })[];
}

/** Options of {@link verificationIntervals}. */
export interface VerificationIntervalsOptions {
  /** A pair is accepted if its distance is below: one threshold for all pairs, or one for each, as with folds. */
  threshold: number | ArrayLike<number>;
  /** Confidence level of the intervals. Default 0.95. */
  confidence?: number | undefined;
  /** False accept rates to report. Default 0.01 and 0.1. */
  fars?: readonly number[] | undefined;
}

/**
 * Computes accuracy, FMR, FNMR, EER, AUC and TAR@FAR. Each has Wilson's interval, with a variance that takes into
 * account which pairs share a person. For the last three it is the variance of their linear part, with the density of
 * the distances at the threshold from a kernel estimate. {@link bootstrapOverPeople} can check it.
 *
 * @throws {InvalidArgumentError} if the lists differ in length, or one kind of pair is missing.
 * @example
 * const { accuracy, areaUnderCurve } = verificationIntervals({ distances, same }, people, { threshold: 1.1 });
 */
export function verificationIntervals(
  pairs: ScoredPairs,
  people: PeopleInPairs,
  options: VerificationIntervalsOptions,
): VerificationIntervals {
  const {
    threshold,
    confidence = 0.95,
    fars = [0.01, 0.1],
  } = checkOptions('verificationIntervals', options, {
    ...{ threshold: ['number', 'array'], confidence: 'number', fars: 'array' },
  });
  checkArguments(
    'verificationIntervals',
    { pairs, people },
    { pairs: { has: ['distances', 'same'] }, people: { has: ['first', 'second'] } },
  );
  const { distances, same } = pairs;
  const thresholdOf = (pair: number) => (typeof threshold === 'number' ? threshold : threshold[pair]!);
  const accepted = Array.from(distances, (distance, pair) => distance < thresholdOf(pair));
  const [genuine, impostor] = [true, false].map((kind) =>
    same.flatMap((value, pair) => (value === kind ? [pair] : [])),
  );
  const rate = (pairs: readonly number[], has: (pair: number) => boolean) =>
    rateInterval(pairs.map(has), peopleIn(people, pairs), { confidence });
  const linear = (value: number, pairs: readonly number[], terms: Float64Array): RateEstimate => {
    const of = { hits: Math.round(value * pairs.length), pairs: pairs.length, confidence };
    return { ...wilsonOverPeople(value, terms, people, of), pairs: pairs.length };
  };
  const kinds = { distances, genuine: genuine!, impostor: impostor! };
  const eer = equalErrorRate({ distances, same });
  const auc = areaUnderCurve({ distances, same });
  return {
    accuracy: rate([...same.keys()], (pair) => accepted[pair] === same[pair]),
    falseMatchRate: rate(impostor!, (pair) => accepted[pair]!),
    falseNonMatchRate: rate(genuine!, (pair) => !accepted[pair]!),
    equalErrorRate: linear(eer, [...same.keys()], termsOfEqualError(kinds, eer)),
    areaUnderCurve: linear(auc, [...same.keys()], termsOfArea(kinds, auc)),
    tarAtFar: fars.map((far) => ({ far, ...tarAt(kinds, far, linear) })),
  };
}

interface Kinds {
  distances: ArrayLike<number>;
  /** Indices of the pairs. */
  genuine: readonly number[];
  impostor: readonly number[];
}

const peopleIn = ({ first, second }: PeopleInPairs, pairs: readonly number[]): PeopleInPairs => ({
  first: pairs.map((pair) => first[pair]!),
  second: pairs.map((pair) => second[pair]!),
});

/** Returns for each pair the share of pairs of the other kind that it is ordered correctly with, minus the mean. */
function termsOfArea({ distances, genuine, impostor }: Kinds, auc: number): Float64Array {
  const terms = new Float64Array(distances.length);
  const [near, far] = [sortedOf(distances, genuine), sortedOf(distances, impostor)];
  for (const pair of genuine) terms[pair] = (1 - shareBelow(far, distances[pair]!) - auc) / genuine.length;
  for (const pair of impostor) terms[pair] = (shareBelow(near, distances[pair]!) - auc) / impostor.length;
  return terms;
}

/** Terms of the rate where both error rates cross. The weight of each rate grows with the slope of the other. */
function termsOfEqualError(kinds: Kinds, eer: number): Float64Array {
  const { distances, genuine, impostor } = kinds;
  const threshold = quantile(sortedOf(distances, impostor), eer);
  const [ofGenuine, ofImpostor] = [genuine, impostor].map((pairs) => densityAt(distances, pairs, threshold));
  const share = ofGenuine! / (ofGenuine! + ofImpostor!);
  const terms = new Float64Array(distances.length);
  for (const pair of genuine)
    terms[pair] = ((1 - share) * (Number(distances[pair]! >= threshold) - eer)) / genuine.length;
  for (const pair of impostor)
    terms[pair] = (share * (Number(distances[pair]! < threshold) - eer)) / impostor.length;
  return terms;
}

function tarAt(
  { distances, genuine, impostor }: Kinds,
  far: number,
  estimate: (value: number, pairs: readonly number[], terms: Float64Array) => RateEstimate,
): RateEstimate {
  const threshold = quantile(sortedOf(distances, impostor), far);
  const tar = shareBelow(sortedOf(distances, genuine), threshold);
  const [ofGenuine, ofImpostor] = [genuine, impostor].map((pairs) => densityAt(distances, pairs, threshold));
  const slope = ofImpostor === 0 ? 0 : ofGenuine! / ofImpostor!;
  const terms = new Float64Array(distances.length);
  for (const pair of genuine) terms[pair] = (Number(distances[pair]! < threshold) - tar) / genuine.length;
  for (const pair of impostor)
    terms[pair] = (-slope * (Number(distances[pair]! < threshold) - far)) / impostor.length;
  return estimate(tar, genuine, terms);
}

const sortedOf = (distances: ArrayLike<number>, pairs: readonly number[]): Float64Array =>
  Float64Array.from(pairs, (pair) => distances[pair]!).sort();

/** Share of sorted values below a value; ties count half. */
function shareBelow(sorted: Float64Array, value: number): number {
  const place = (isBelow: (other: number) => boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBelow(sorted[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (place((other) => other < value) + place((other) => other <= value)) / (2 * sorted.length);
}

/** Estimates the density at a value with Gaussian kernels of Silverman's width. */
function densityAt(distances: ArrayLike<number>, pairs: readonly number[], value: number): number {
  const sorted = sortedOf(distances, pairs);
  const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
  const deviation = Math.sqrt(sorted.reduce((sum, one) => sum + (one - mean) ** 2, 0) / sorted.length);
  const quartiles = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34;
  const width = 0.9 * (quartiles > 0 ? Math.min(deviation, quartiles) : deviation) * sorted.length ** -0.2;
  if (width === 0) return 0;
  const sum = sorted.reduce((total, one) => total + Math.exp(-(((one - value) / width) ** 2) / 2), 0);
  return sum / (sorted.length * width * Math.sqrt(2 * Math.PI));
}
