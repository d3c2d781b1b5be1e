import { checkArguments, checkOptions, InvalidArgumentError, type OptionKinds } from '@hm/tensor/host';
import { assertOneOf } from '../assert-one-of.ts';
import { assertBothKinds } from '../metrics/curve.ts';
import type { ScoredPairs } from '../metrics/scored-pairs.ts';
import { tarAtFar } from '../metrics/tar-at-far.ts';
import { binomialCdf, clopperPearson, type Interval } from './binomial.ts';
import { fitIsotonic, type Isotonic } from './isotonic.ts';
import { fitPlatt, type Logistic, sigmoid } from './platt.ts';

/** The threshold for a false accept rate, with confidence intervals. */
export interface CalibratedThreshold {
  /** The requested rate. */
  far: number;
  /** A pair is accepted if its distance is below this. */
  threshold: number;
  /** Interval of the threshold for exactly this rate. An end is null if there are too few pairs to bound it. */
  thresholdInterval: { low: number | null; high: number | null };
  falseAccepts: number;
  impostors: number;
  /** Interval of the true rate at `threshold`, by Clopper and Pearson. */
  farInterval: Interval;
  /** Share of the genuine pairs accepted at `threshold`. */
  tar: number;
  tarInterval: Interval;
}

/** What a model's distances mean: thresholds for false accept rates, and probabilities. */
export interface Calibration {
  confidence: number;
  genuine: number;
  impostors: number;
  thresholds: CalibratedThreshold[];
  /** Fit for pairs of which `genuine / (genuine + impostors)` are genuine; see {@link probabilityOf}. */
  probability: Logistic | Isotonic;
}

/** Options of {@link calibrate}. */
export interface CalibrateOptions {
  /** False accept rates; those finer than one impostor pair are omitted. Default 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6. */
  rates?: readonly number[] | undefined;
  /** Confidence level of the intervals. Default 0.95. */
  confidence?: number | undefined;
  /** Kind of fit: `platt` (default), a logistic curve, or `isotonic`, any non-increasing curve. */
  probability?: 'platt' | 'isotonic' | undefined;
}

/** Types of the members of {@link CalibrateOptions}. */
export const calibrateOptions: OptionKinds<CalibrateOptions> = {
  ...{ rates: 'array', confidence: 'number', probability: 'string' },
};

/**
 * Computes thresholds for the requested false accept rates with their confidence intervals, and the map from
 * distances to probabilities. The thresholds' intervals are order statistics of the impostor distances, and assume
 * nothing except independent pairs.
 *
 * @throws {InvalidArgumentError} unless there is a genuine and an impostor pair.
 * @example
 * const { thresholds } = calibrate({ distances, same }, { rates: [1e-3] });
 */
export function calibrate(pairs: ScoredPairs, options: CalibrateOptions = {}): Calibration {
  checkOptions('calibrate', options, calibrateOptions);
  checkArguments('calibrate', { pairs }, { pairs: { has: ['distances', 'same'] } });
  const { rates = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6], confidence = 0.95, probability = 'platt' } = options;
  assertBothKinds(pairs.same);
  assertOneOf('calibrate', 'probability', probability, ['platt', 'isotonic']);
  if (!(confidence > 0 && confidence < 1)) throw badConfidence(confidence);
  const impostors = Float64Array.from(
    pairs.same.flatMap((same, k) => (same ? [] : [pairs.distances[k]!])),
  ).sort();
  const thresholds = tarAtFar(pairs, rates).flatMap((found) => {
    if (found.tar === null) return [];
    const { far, tar, genuine } = found;
    const [threshold, falseAccepts] = [found.threshold!, found.falseAccepts!];
    return {
      ...{ far, threshold, falseAccepts, impostors: impostors.length, tar },
      thresholdInterval: quantileInterval(impostors, far, confidence),
      farInterval: clopperPearson(falseAccepts, impostors.length, confidence),
      tarInterval: clopperPearson(Math.round(tar * genuine), genuine, confidence),
    };
  });
  return {
    confidence,
    genuine: pairs.same.length - impostors.length,
    impostors: impostors.length,
    thresholds,
    probability: probability === 'platt' ? fitPlatt(pairs) : fitIsotonic(pairs),
  };
}

/**
 * Returns the probability that a pair is genuine.
 *
 * @param prior Share of genuine pairs in use. The fit's own is that of the pairs it was made on. Only for `platt`.
 * @example
 * const probability = probabilityOf(calibration, 0.8, 0.01);
 */
export function probabilityOf(calibration: Calibration, distance: number, prior?: number): number {
  checkArguments(
    'probabilityOf',
    { calibration, distance },
    { calibration: { has: ['confidence', 'genuine'] }, distance: 'number' },
  );
  const { probability: fit, genuine, impostors } = calibration;
  if (fit.kind === 'isotonic') return interpolate(fit, distance);
  const shift = prior === undefined ? 0 : Math.log(prior / (1 - prior)) - Math.log(genuine / impostors);
  return sigmoid(fit.intercept + fit.slope * distance + shift);
}

/** Returns the order statistics between which the `share` quantile lies with at least this confidence. */
function quantileInterval(sorted: Float64Array, share: number, confidence: number) {
  const tail = (1 - confidence) / 2;
  const n = sorted.length;
  // With X values below the quantile, x₍ᵢ₎ lies above it if X < i.
  const low = firstWhere(n, (i) => binomialCdf(i, n, share) > tail);
  const high = firstWhere(n, (i) => 1 - binomialCdf(i, n, share) <= tail);
  return { low: low === 0 ? null : sorted[low - 1]!, high: high === n ? null : sorted[high]! };
}

/** Binary search for the first whole number below `end` from which on a condition holds, or `end`. */
function firstWhere(end: number, holds: (value: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function interpolate({ distances, probabilities }: Isotonic, distance: number): number {
  const after = distances.findIndex((known) => known >= distance);
  if (after === -1) return probabilities.at(-1)!;
  if (after === 0 || distances[after] === distance) return probabilities[after]!;
  const share = (distance - distances[after - 1]!) / (distances[after]! - distances[after - 1]!);
  return probabilities[after - 1]! + share * (probabilities[after]! - probabilities[after - 1]!);
}

const badConfidence = (confidence: number) =>
  new InvalidArgumentError({
    where: 'calibrate',
    expected: 'a confidence between 0 and 1',
    received: confidence,
    fix: 'Pass 0.95.',
  });
