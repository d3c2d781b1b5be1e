import { InvalidArgumentError, NonFiniteError } from '@hm/tensor/host';

/** Compared pairs, each with a distance and its ground truth. A small distance means the same person. */
export interface ScoredPairs {
  /** Distance of each pair, `[pairs]`, finite. */
  distances: ArrayLike<number>;
  /** Ground truth, `[pairs]`: true for a genuine pair (one person), false for an impostor pair. */
  same: readonly boolean[];
}

/** Pairs in ascending order of distance, with their original indices. */
export interface SortedPairs {
  distances: Float64Array;
  same: Uint8Array;
  index: Uint32Array;
}

/** Sorts pairs, so that every later sweep of a threshold is linear. */
export function sortPairs({ distances, same }: ScoredPairs): SortedPairs {
  assertScores(distances, same);
  const index = Uint32Array.from(same.keys());
  return gather(
    Float64Array.from(distances),
    Uint8Array.from(same, Number),
    index.sort((a, b) => distances[a]! - distances[b]!),
  );
}

/** Returns the pairs that pass a filter on their original index, still sorted. */
export function selectPairs(sorted: SortedPairs, keep: (index: number) => boolean): SortedPairs {
  const places = new Uint32Array(sorted.index.length);
  let count = 0;
  for (let place = 0; place < places.length; place++) {
    if (keep(sorted.index[place]!)) places[count++] = place;
  }
  const selected = gather(sorted.distances, sorted.same, places.subarray(0, count));
  return { ...selected, index: selected.index.map((place) => sorted.index[place]!) };
}

function gather(distances: Float64Array, same: Uint8Array, index: Uint32Array): SortedPairs {
  const gathered = {
    distances: new Float64Array(index.length),
    same: new Uint8Array(index.length),
    index,
  };
  for (let k = 0; k < index.length; k++) {
    gathered.distances[k] = distances[index[k]!]!;
    gathered.same[k] = same[index[k]!]!;
  }
  return gathered;
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
