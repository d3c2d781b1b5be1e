import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { customGradient } from './custom-gradient.ts';

/** Processes that compute one step together, each on its part of the batch. */
export interface Ranks {
  /** Number of ranks, N. */
  count: number;
  /** Statistics that batch normalisation uses in training: each rank's own, or those of all ranks together. */
  batchNorm: 'local' | 'synchronized';
}

/** Name of the kernel that a backend needs for {@link allReduce}. */
export const ALL_REDUCE = 'AllReduce';

let current: Ranks | undefined;

/**
 * Runs `compute`, which must be synchronous, as one of several ranks. Within it, {@link allReduce} and
 * {@link meanOverRanks} reduce over all ranks, and so do the statistics of `batchNormTrain` if they are synchronised.
 * If `ranks` is undefined, this is a plain call.
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

/** Returns the current ranks; undefined if this process computes alone. */
export const currentRanks = (): Ranks | undefined => current;

/**
 * Sums a float32 tensor over all ranks: `y = Σᵣ xᵣ`, the same on each of them. The gradient is the sum of the ranks'
 * gradients, `dx = Σᵣ dyᵣ`. In a process that computes alone, the sum is `x`.
 *
 * @param x any shape, the same on every rank.
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

/**
 * Returns the mean of a tensor over all ranks: `Σᵣ xᵣ / N`. For means over parts of equal size this is the mean of the
 * whole.
 */
export function meanOverRanks<T extends tf.Tensor>(x: T): T {
  checkArguments('meanOverRanks', { x }, { x: { has: ['shape', 'dtype'] } });
  const count = current?.count ?? 1;
  return count === 1 ? tf.clone(x) : tf.tidy(() => tf.mul(allReduce(x), 1 / count) as T);
}
