import type { Rng } from '@hm/tensor/host';

/** `count` different integers from `[0, total)`, every such set equally likely (Floyd's algorithm). */
export function drawWithoutRepetition(rng: Rng, total: number, count: number): number[] {
  const drawn = new Set<number>();
  for (let last = total - count; last < total; last++) {
    const candidate = rng.integer(last + 1);
    drawn.add(drawn.has(candidate) ? last : candidate);
  }
  return [...drawn];
}

/** The pair `i < j` that has a number in the list (0,1), (0,2), (1,2), (0,3), …: number `j (j − 1) / 2 + i`. */
export function pairOfNumber(number: number): readonly [i: number, j: number] {
  let j = Math.floor((1 + Math.sqrt(1 + 8 * number)) / 2);
  if ((j * (j - 1)) / 2 > number) j -= 1;
  return [number - (j * (j - 1)) / 2, j];
}

/** Number of pairs among `count` things. */
export const pairsAmong = (count: number): number => (count * (count - 1)) / 2;
