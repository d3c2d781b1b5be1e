import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from './check-options.ts';
import { customGradient } from './custom-gradient.ts';

/** Processes that compute one step together, each with its part of the batch. */
export interface Ranks {
  /** N, how many there are. */
  count: number;
  /** Whose statistics batch normalisation takes in training: each rank's own, or those of all of them. */
  batchNorm: 'local' | 'synchronized';
}

/** The name of the kernel that a backend needs for {@link allReduce}. */
export const ALL_REDUCE = 'AllReduce';

let current: Ranks | undefined;

/**
 * Runs `compute`, which may not wait, as one of several ranks: {@link allReduce} and {@link meanOverRanks} reach over all
 * of them, and so do the statistics of `batchNormTrain` if they are synchronised. Without ranks it is a call.
 *
 * @example
 * acrossRanks({ count: 2, batchNorm: 'synchronized' }, () => meanOverRanks(tf.mean(losses)));
 */
export function acrossRanks<T>(ranks: Ranks | undefined, compute: () => T): T {
  checkArguments('acrossRanks', { compute }, { compute: 'function' });
  const outer = current;
  current = ranks;
  try {
    return compute();
  } finally {
    current = outer;
  }
}

/** The ranks that compute together; undefined for a process that computes alone. */
export const currentRanks = (): Ranks | undefined => current;

/**
 * The sum of a float32 tensor over all ranks: `y = Σᵣ xᵣ`, the same on each of them. Its gradient is the sum of theirs,
 * `dx = Σᵣ dyᵣ`. In a process that computes alone it is `x`.
 *
 * @param x of any shape, the same on every rank.
 * @returns a new tensor; the caller disposes of it.
 * @example
 * const gradient = allReduce(localGradient);
 */
export function allReduce<T extends tf.Tensor>(x: T): T {
  checkArguments('allReduce', { x }, { x: { has: ['shape', 'dtype'] } });
  if ((current?.count ?? 1) === 1) return tf.clone(x);
  return customGradient(
    { x },
    {
      forward: ({ x }) => ({ value: tf.engine().runKernel(ALL_REDUCE, { x }) as T, saved: {} }),
      backward: (dy) => ({ x: allReduce(dy) }),
    },
  );
}

/** The mean of a tensor over all ranks: `Σᵣ xᵣ / N`. Of means over parts of equal size it is the mean of the whole. */
export function meanOverRanks<T extends tf.Tensor>(x: T): T {
  checkArguments('meanOverRanks', { x }, { x: { has: ['shape', 'dtype'] } });
  const count = current?.count ?? 1;
  return count === 1 ? tf.clone(x) : tf.tidy(() => tf.mul(allReduce(x), 1 / count) as T);
}
