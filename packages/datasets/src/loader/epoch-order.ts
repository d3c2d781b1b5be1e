import { Rng } from '@hm/tensor/host';

/**
 * Returns the order of an epoch's samples: a shuffle that depends only on (seed, epoch), or the data set's own order.
 */
export function epochOrder(length: number, seed: number, epoch: number, shuffle: boolean): readonly number[] {
  const inOrder = Array.from({ length }, (_, index) => index);
  return shuffle ? Rng.of(seed, 'order', epoch).shuffle(inOrder) : inOrder;
}

/** Draws the replacement of a bad sample by (seed, epoch, place in the order, attempt), so no other batch changes. */
export const replacementFor = (
  length: number,
  seed: number,
  epoch: number,
  place: number,
  attempt: number,
): number => Rng.of(seed, 'replacement', epoch, place, attempt).integer(length);
