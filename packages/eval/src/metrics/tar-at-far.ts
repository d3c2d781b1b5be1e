import { checkArguments } from '@hm/tensor/host';
import { curvePoints } from './curve.ts';
import { thresholdOf } from './operating-points.ts';
import type { ScoredPairs } from './scored-pairs.ts';

/** The true accept rate at one false accept rate, with the counts behind it. */
export interface TarAtFar {
  /** The requested false accept rate. */
  far: number;
  /** The true accept rate, or null if there are fewer than `1 / far` impostor pairs, too few to measure it. */
  tar: number | null;
  /** A pair is accepted if its distance is below this. Null with `tar`. */
  threshold: number | null;
  /** Number of impostor pairs accepted at that threshold. Null with `tar`. */
  falseAccepts: number | null;
  genuine: number;
  impostors: number;
}

/**
 * Returns for each requested rate the largest measured TAR whose measured FAR is not above it, without interpolation.
 *
 * @throws {InvalidArgumentError} unless there is a genuine and an impostor pair.
 * @example
 * tarAtFar(pairs, [1e-2, 1e-3]).map(({ far, tar }) => `${far}: ${tar}`);
 */
export function tarAtFar(
  pairs: ScoredPairs,
  rates: readonly number[] = [1e-1, 1e-2, 1e-3, 1e-4],
): TarAtFar[] {
  checkArguments('tarAtFar', { pairs }, { pairs: { has: ['distances', 'same'] } });
  const points = curvePoints(pairs);
  const { falseAccepts, trueAccepts, genuine, impostors } = points;
  return rates.map((far) => {
    const allowed = wholePairs(far * impostors);
    if (allowed === 0) return { far, tar: null, threshold: null, falseAccepts: null, genuine, impostors };
    const point = falseAccepts.findLastIndex((count) => count <= allowed);
    const tar = trueAccepts[point]! / genuine;
    return {
      far,
      tar,
      threshold: thresholdOf(points, point),
      falseAccepts: falseAccepts[point]!,
      genuine,
      impostors,
    };
  });
}

/**
 * Rounds down to whole pairs. 0.07 · 100 is 7.000000000000001 and 0.29 · 100 is 28.999999999999996: both mean whole
 * pairs.
 */
const wholePairs = (count: number) => Math.floor(count * (1 + 4 * Number.EPSILON));
