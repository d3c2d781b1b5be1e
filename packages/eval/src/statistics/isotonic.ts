import { type ScoredPairs, sortPairs } from '../metrics/scored-pairs.ts';

/** A probability that never rises with the distance, linear between its points. */
export interface Isotonic {
  kind: 'isotonic';
  /** Distances of the points, ascending. */
  distances: number[];
  /** Probabilities of the points, never rising. */
  probabilities: number[];
}

interface Block {
  first: number;
  last: number;
  weight: number;
  genuine: number;
}

/**
 * Fits the non-increasing function with the least squared error (pool adjacent violators). It follows any shape, but
 * needs many pairs.
 *
 * @see Zadrozny and Elkan, KDD 2002
 */
export function fitIsotonic(pairs: ScoredPairs): Isotonic {
  const { distances, same } = sortPairs(pairs);
  const blocks: Block[] = [];
  for (let k = 0; k < distances.length; k++) {
    const top = blocks.at(-1);
    if (top !== undefined && top.last === distances[k]) {
      top.weight++;
      top.genuine += same[k]!;
    } else blocks.push({ first: distances[k]!, last: distances[k]!, weight: 1, genuine: same[k]! });
    if (distances[k + 1] !== distances[k]) poolViolators(blocks);
  }
  const points = blocks.flatMap(({ first, last, weight, genuine }) =>
    (first === last ? [first] : [first, last]).map((distance) => [distance, genuine / weight] as const),
  );
  return {
    kind: 'isotonic',
    distances: points.map(([distance]) => distance),
    probabilities: points.map(([, probability]) => probability),
  };
}

/** Merges the last blocks while a later one is more probable than the one before. */
function poolViolators(blocks: Block[]): void {
  while (blocks.length > 1) {
    const [before, after] = blocks.slice(-2) as [Block, Block];
    if (after.genuine * before.weight < before.genuine * after.weight) return;
    blocks.pop();
    before.last = after.last;
    before.weight += after.weight;
    before.genuine += after.genuine;
  }
}
