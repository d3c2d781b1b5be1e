import { checkArguments } from '@hm/tensor/host';
import { assertOneOf } from '../assert-one-of.ts';
import { operatingPoints, thresholdOf } from './operating-points.ts';
import { type ScoredPairs, type SortedPairs, sortPairs } from './scored-pairs.ts';
import { searchGrid, thresholdGrids } from './threshold-grid.ts';

/** Values of {@link ThresholdSearch}. */
export const thresholdSearches = ['exact', 'grid', 'sphereface', 'clcarwin', 'facex-zoo'] as const;

/**
 * How thresholds are searched.
 * - `exact` tries every threshold that makes a difference. Among equally accurate intervals the widest wins (of
 *   equally wide ones the lowest), and the threshold is its middle.
 *
 * The others reproduce the digits of published programs:
 * - `grid` is insightface's and facenet's `np.arange(0, 4, 0.01)` with the first maximum, for squared Euclidean
 *   distances of unit vectors.
 * - `sphereface`, for cosine distances: 20,001 cosines and the mean of all maxima.
 * - `clcarwin`, for cosine distances: 400 cosines and the last maximum.
 * - `facex-zoo`, for cosine distances: a thousand steps over the range of the scores and the first maximum of
 *   `TPR - FPR`.
 */
export type ThresholdSearch = (typeof thresholdSearches)[number];

/** A threshold (accept if `distance < threshold`) and the share of pairs that it classifies correctly. */
export interface Threshold {
  threshold: number;
  accuracy: number;
}

/**
 * Finds the threshold with the most correct answers, in `O(n log n)`.
 *
 * @throws {NonFiniteError} if a distance is not finite.
 * @example
 * const { threshold, accuracy } = bestThreshold({ distances: [0.2, 0.4, 0.8], same: [true, true, false] }); // 0.6, 1
 */
export const bestThreshold = (pairs: ScoredPairs, search: ThresholdSearch = 'exact'): Threshold => {
  checkArguments('bestThreshold', { pairs }, { pairs: { has: ['distances', 'same'] } });
  return searchThreshold(sortPairs(pairs), search);
};

/** Does the same as {@link bestThreshold} for sorted pairs. */
export function searchThreshold(sorted: SortedPairs, search: ThresholdSearch): Threshold {
  assertOneOf('bestThreshold', 'search', search, thresholdSearches);
  if (search === 'exact') return searchExactly(sorted);
  const { threshold, correct } = searchGrid(sorted, thresholdGrids[search](sorted));
  return { threshold, accuracy: correct / sorted.same.length };
}

function searchExactly(sorted: SortedPairs): Threshold {
  const points = operatingPoints(sorted);
  const correct = points.trueAccepts.map((count, k) => count + points.impostors - points.falseAccepts[k]!);
  const most = correct.reduce((a, b) => Math.max(a, b));
  const [first, last] = runsOf(correct, most)
    .map((run) => [...run, width(points.distances, ...run)] as const)
    .reduce((widest, run) => (run[2] > widest[2] ? run : widest));
  return { threshold: thresholdOf(points, first, last), accuracy: most / sorted.same.length };
}

/** Returns the runs `[first, last]` of neighbouring points with this value. */
function runsOf(values: Uint32Array, value: number): [first: number, last: number][] {
  const runs: [number, number][] = [];
  values.forEach((other, k) => {
    if (other !== value) return;
    const run = runs.at(-1);
    if (run?.[1] === k - 1) run[1] = k;
    else runs.push([k, k]);
  });
  return runs;
}

/**
 * Width of an interval of thresholds. It is 0 where all pairs are rejected or all accepted: such an interval has no
 * middle, so any bounded one is better.
 */
const width = (distances: Float64Array, first: number, last: number) =>
  first === 0 || last === distances.length ? 0 : distances[last]! - distances[first - 1]!;
