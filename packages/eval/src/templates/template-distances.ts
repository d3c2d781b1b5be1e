import type { HostTensor } from '@hm/tensor/host';
import { checkArguments } from '@hm/tensor/host';
import { type Distance, distanceBetween } from '../verification/pair-distances.ts';

/** Values of {@link PairwiseAggregation}. */
export const pairwiseKinds = ['mean-distance', 'min-distance', 'max-distance'] as const;

/**
 * How two templates are compared: by the mean, least or greatest distance between an image of one and an image of the
 * other.
 */
export type PairwiseAggregation = (typeof pairwiseKinds)[number];

/**
 * Computes distances of templates from the distances of their images, `images · images` of them for each pair. This
 * takes minutes for YouTube Faces, where the mean embedding takes a second.
 *
 * @throws {InvalidArgumentError} if an embedding has length zero or an image does not exist.
 * @example
 * const distances = templateDistances(embeddings, [[0, 1], [2, 3]], [{ first: 0, second: 1 }], 'mean-distance');
 */
export function templateDistances(
  embeddings: HostTensor<'float32'>,
  templates: readonly (readonly number[])[],
  pairs: readonly { first: number; second: number }[],
  aggregation: PairwiseAggregation,
  distance: Distance = 'squared-euclidean',
  nameOf?: (row: number) => string,
): Float64Array {
  checkArguments(
    'templateDistances',
    { embeddings, templates, pairs, aggregation },
    { embeddings: { has: ['shape', 'dtype'] }, templates: 'array', pairs: 'array', aggregation: 'string' },
  );
  const between = distanceBetween(embeddings, distance, nameOf);
  return Float64Array.from(pairs, ({ first, second }) => {
    let [sum, least, greatest] = [0, Number.POSITIVE_INFINITY, 0];
    for (const a of templates[first]!) {
      for (const b of templates[second]!) {
        const value = between(a, b);
        sum += value;
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
      }
    }
    if (aggregation === 'min-distance') return least;
    if (aggregation === 'max-distance') return greatest;
    return sum / (templates[first]!.length * templates[second]!.length);
  });
}
