import type { PairScore } from '../verification/verification-result.ts';

/** Numbers of genuine and impostor pairs with a distance from `from` to below `to`. */
export interface ScoreBin {
  from: number;
  to: number;
  genuine: number;
  impostors: number;
}

/**
 * Counts distances in `bins` intervals of equal width, from the smallest to the largest. The last interval includes
 * its end.
 */
export function binnedScores(scores: readonly PairScore[], bins: number): ScoreBin[] {
  const distances = scores.map(({ distance }) => distance);
  const low = distances.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = distances.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  // The width must not be 0 if all distances are equal.
  const width = (high - low) / bins || 1 / bins;
  const counted = Array.from({ length: bins }, (_, k) => ({
    from: low + k * width,
    to: low + (k + 1) * width,
    genuine: 0,
    impostors: 0,
  }));
  for (const { distance, same } of scores) {
    const bin = Math.min(bins - 1, Math.floor((distance - low) / width));
    counted[bin]![same ? 'genuine' : 'impostors']++;
  }
  return counted;
}
