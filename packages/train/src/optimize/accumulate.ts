import { checkOptions, hostZeros, mapParams, type OptionKinds, type Params, zipParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Transform } from './transform.ts';

/** Options of {@link accumulate}. */
export interface AccumulateOptions {
  /** Number of batches whose gradients make an update. */
  batches: number;
  /** True if a sum may overflow, so that `inner` skips the update; see `scaleLoss`. Default false. */
  overflows?: boolean;
}

/**
 * Sums gradients over several batches and applies `inner` with the last of them, when `facts.update` is 1. Until then
 * only running statistics change. Keeps `gradientSum`, which is zero between steps: checkpoints omit it, and resuming
 * adds it back.
 */
export function accumulate(options: AccumulateOptions, inner: Transform): Transform {
  const { batches, overflows = false } = checkOptions('accumulate', options, kinds);
  return {
    init: (trained, state) => ({
      ...inner.init?.(trained, state),
      gradientSum: mapParams(trained, ({ shape }) => hostZeros('float32', shape)),
    }),
    update(gradients, state, facts) {
      const isUpdate = facts.update!;
      const isLater = tf.sub(1, isUpdate);
      const sums = zipParams(
        (gradient, sum: tf.Tensor) => tf.add(sum, tf.mul(gradient, 1 / batches)),
        gradients,
        state.gradientSum as Params,
      );
      const change = inner.update(sums, state, facts);
      const {
        statistics = {},
        headStatistics = {},
        ...moved
      } = (change.state ?? {}) as Record<string, Params>;
      // One side is multiplied by 1 and the other by 0, so the values are those of one side to the bit.
      const either = zipParams(
        (next, before: tf.Tensor) => tf.add(tf.mul(next, isUpdate), tf.mul(before, isLater)),
        moved,
        state,
      );
      // A sum that is not finite stays so until its step ends, and 0 times infinity is NaN.
      const rest = (sum: tf.Tensor) =>
        overflows ? tf.where(tf.greater(isUpdate, 0), tf.zerosLike(sum), sum) : tf.mul(sum, isLater);
      const gradientSum = mapParams(sums, rest);
      return { ...change, state: { ...either, statistics, headStatistics, gradientSum } };
    },
  };
}

const kinds: OptionKinds<AccumulateOptions> = { batches: 'number', overflows: 'boolean' };
