import type { SortedPairs } from './scored-pairs.ts';

/**
 * What every threshold does to a set of pairs. Point `k` accepts the pairs with the `k` smallest distinct distances:
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

/** Sweeps a threshold over sorted pairs. */
export function operatingPoints({ distances, same }: SortedPairs): OperatingPoints {
  const ends = distances
    .map((_, pair) => pair + 1)
    .filter((end) => end === distances.length || distances[end] !== distances[end - 1]);
  const accepted = cumulate(same);
  const trueAccepts = Uint32Array.from([0, ...ends], (end) => accepted[end]!);
  return {
    distances: Float64Array.from(ends, (end) => distances[end - 1]!),
    falseAccepts: Uint32Array.from([0, ...ends], (end, point) => end - trueAccepts[point]!),
    trueAccepts,
    genuine: accepted[same.length]!,
    impostors: same.length - accepted[same.length]!,
  };
}

/**
 * A threshold that realises all points from `first` to `last` (accept if `distance < threshold`): the middle between
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

function cumulate(flags: Uint8Array): Uint32Array {
  const sums = new Uint32Array(flags.length + 1);
  for (let i = 0; i < flags.length; i++) sums[i + 1] = sums[i]! + flags[i]!;
  return sums;
}
