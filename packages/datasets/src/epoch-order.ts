import { Rng } from '@hm/tensor/host';

/** The order of an epoch's samples: a shuffle that (seed, epoch) alone decides, or the data set's own order. */
export function epochOrder(length: number, seed: number, epoch: number, shuffle: boolean): readonly number[] {
  const inOrder = Array.from({ length }, (_, index) => index);
  return shuffle ? Rng.of(seed, 'order', epoch).shuffle(inOrder) : inOrder;
}

/** Stands in for a bad sample: drawn at random by (seed, epoch, place in the order, attempt), so no other batch moves. */
export const replacementFor = (
  length: number,
  seed: number,
  epoch: number,
  place: number,
  attempt: number,
): number => Rng.of(seed, 'replacement', epoch, place, attempt).integer(length);
