import { checkOptions, hostZeros, mapParams, type OptionKinds, type Params, zipParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Transform } from './transform.ts';

/** How gradients are summed. */
export interface AccumulateOptions {
  /** Batches whose gradients make an update. */
  batches: number;
  /** Whether a sum may overflow and `inner` then leaves the update out: see `scaleLoss`. Default false. */
  overflows?: boolean;
}

/**
 * Sums gradients over some batches and applies `inner` with the last of them, which `facts.update` tells; until then all
 * but running statistics stays as it is. Keeps `gradientSum`, which is zero between steps: checkpoints omit it, and resuming
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
      // Multiplied by one and by zero, the values are those of one side to the bit.
      const either = zipParams(
        (next, before: tf.Tensor) => tf.add(tf.mul(next, isUpdate), tf.mul(before, isLater)),
        moved,
        state,
      );
      // A sum that is not finite stays so to the end of its step, and zero times infinity is no number.
      const rest = (sum: tf.Tensor) =>
        overflows ? tf.where(tf.greater(isUpdate, 0), tf.zerosLike(sum), sum) : tf.mul(sum, isLater);
      const gradientSum = mapParams(sums, rest);
      return { ...change, state: { ...either, statistics, headStatistics, gradientSum } };
    },
  };
}

const kinds: OptionKinds<AccumulateOptions> = { batches: 'number', overflows: 'boolean' };
