import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import { type OperatingPoints, operatingPoints, thresholdOf } from './operating-points.ts';
import { type ScoredPairs, sortPairs } from './scored-pairs.ts';

/** A receiver operating characteristic, with a point for each distinct set of accepted pairs, from none to all. */
export interface RocCurve {
  /** False accept rate, ascending from 0 to 1. */
  far: Float64Array;
  /** True accept rate, ascending from 0 to 1. */
  tar: Float64Array;
  /** A pair is accepted if its distance is below this. */
  thresholds: Float64Array;
  genuine: number;
  impostors: number;
}

/**
 * Computes the ROC of compared pairs, without interpolation: `FAR(t) = P(distance < t | impostor)`,
 * `TAR(t) = P(distance < t | genuine)`.
 *
 * @throws {InvalidArgumentError} unless there is a genuine and an impostor pair.
 * @throws {NonFiniteError} if a distance is not finite.
 * @example
 * const { far, tar } = rocCurve({ distances: [0.2, 0.9], same: [true, false] });
 */
export function rocCurve(pairs: ScoredPairs): RocCurve {
  checkArguments('rocCurve', { pairs }, { pairs: { has: ['distances', 'same'] } });
  const points = curvePoints(pairs);
  const { falseAccepts, trueAccepts, genuine, impostors } = points;
  return {
    far: Float64Array.from(falseAccepts, (count) => count / impostors),
    tar: Float64Array.from(trueAccepts, (count) => count / genuine),
    thresholds: Float64Array.from(falseAccepts, (_, point) => thresholdOf(points, point)),
    genuine,
    impostors,
  };
}

/** Returns the operating points. Both kinds of pairs must be present, since rates are undefined without either. */
export function curvePoints(pairs: ScoredPairs): OperatingPoints {
  assertBothKinds(pairs.same);
  return operatingPoints(sortPairs(pairs));
}

/** @throws {InvalidArgumentError} unless there is a genuine and an impostor pair. */
export function assertBothKinds(same: readonly boolean[]): void {
  if (same.includes(true) && same.includes(false)) return;
  throw new InvalidArgumentError({
    where: 'metrics',
    expected: 'at least one genuine and one impostor pair',
    received: `${same.length} pairs of one kind`,
    fix: 'Score pairs of both kinds.',
  });
}
