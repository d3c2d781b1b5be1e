import { InvalidArgumentError, NonFiniteError } from '@hm/tensor/host';

/** Compared pairs: one distance and one truth each. A small distance means the same person. */
export interface ScoredPairs {
  /** `[pairs]`, finite. */
  distances: ArrayLike<number>;
  /** `[pairs]`, true for a genuine pair (one person), false for an impostor pair. */
  same: readonly boolean[];
}

/** Pairs in ascending order of distance, with the index each had before. */
export interface SortedPairs {
  distances: Float64Array;
  same: Uint8Array;
  index: Uint32Array;
}

/** Sorts pairs once, so that everything that sweeps a threshold over them is linear. */
export function sortPairs({ distances, same }: ScoredPairs): SortedPairs {
  assertScores(distances, same);
  const index = Uint32Array.from(same, (_, i) => i).sort((a, b) => distances[a]! - distances[b]!);
  return {
    distances: Float64Array.from(index, (i) => distances[i]!),
    same: Uint8Array.from(index, (i) => Number(same[i])),
    index,
  };
}

/** The pairs that pass a filter on their original index, still sorted. */
export function selectPairs(sorted: SortedPairs, keep: (index: number) => boolean): SortedPairs {
  const places = sorted.index.map((_, place) => place).filter((place) => keep(sorted.index[place]!));
  return {
    distances: Float64Array.from(places, (place) => sorted.distances[place]!),
    same: Uint8Array.from(places, (place) => sorted.same[place]!),
    index: Uint32Array.from(places, (place) => sorted.index[place]!),
  };
}

function assertScores(distances: ArrayLike<number>, same: readonly boolean[]): void {
  if (distances.length !== same.length || same.length === 0) {
    throw new InvalidArgumentError({
      where: 'metrics',
      expected: 'as many distances as truths, and at least one',
      received: `${distances.length} distances, ${same.length} truths`,
      fix: 'Pass one distance and one truth for each pair.',
    });
  }
  for (let pair = 0; pair < distances.length; pair++) {
    if (Number.isFinite(distances[pair])) continue;
    throw new NonFiniteError({
      where: 'metrics',
      expected: 'finite distances',
      received: `${distances[pair]} for pair ${pair}`,
      fix: 'Check the embeddings of that pair.',
      fields: { pair },
    });
  }
}
