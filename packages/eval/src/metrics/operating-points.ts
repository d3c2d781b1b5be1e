import type { SortedPairs } from './scored-pairs.ts';

/**
 * Counts of accepted pairs at every threshold. Point `k` accepts the pairs with the `k` smallest distinct distances:
 * point 0 accepts none, the last one all.
 */
export interface OperatingPoints {
  /** The distinct distances, ascending: `[points - 1]`. */
  distances: Float64Array;
  /** Impostor pairs accepted: `[points]`. */
  falseAccepts: Uint32Array;
  /** Genuine pairs accepted: `[points]`. */
  trueAccepts: Uint32Array;
  genuine: number;
  impostors: number;
}

/** Computes the operating points by sweeping a threshold over sorted pairs. */
export function operatingPoints({ distances, same }: SortedPairs): OperatingPoints {
  const size = distances.length;
  const distinct = new Float64Array(size);
  const falseAccepts = new Uint32Array(size + 1);
  const trueAccepts = new Uint32Array(size + 1);
  let genuine = 0;
  let points = 1;
  for (let pair = 0; pair < size; pair++) {
    genuine += same[pair]!;
    if (distances[pair + 1] === distances[pair]) continue;
    distinct[points - 1] = distances[pair]!;
    trueAccepts[points] = genuine;
    falseAccepts[points++] = pair + 1 - genuine;
  }
  return {
    distances: distinct.subarray(0, points - 1),
    falseAccepts: falseAccepts.subarray(0, points),
    trueAccepts: trueAccepts.subarray(0, points),
    genuine,
    impostors: size - genuine,
  };
}

/**
 * Returns a threshold for all points from `first` to `last` (accept if `distance < threshold`): the middle between
 * the largest distance that must be accepted and the smallest that must not.
 */
export function thresholdOf({ distances }: OperatingPoints, first: number, last = first): number {
  if (first === 0) return distances[0]!;
  if (last === distances.length) return justAbove(distances[last - 1]!);
  const low = distances[first - 1]!;
  const high = distances[last]!;
  const middle = low + (high - low) / 2;
  return middle > low ? middle : high;
}

const justAbove = (value: number) => value + Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
