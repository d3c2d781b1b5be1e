import * as tf from '@tensorflow/tfjs-core';

// Far larger than the measure of any pair, and still far below the largest float32.
const BEYOND = 1e30;

/**
 * The largest of some values, with dimensions kept. If there are no values, `found` is 0 and `value` is meaningless.
 */
export interface Largest {
  value: tf.Tensor;
  found: tf.Tensor;
  /** Each entry's share in the maximum: 1 for a single maximum, 1/n for each of n that tie, 0 for others. */
  share: tf.Tensor;
}

/** Returns the largest of the `values` where `mask` is 1, per row (`axis` 1) or over all. Not differentiable. */
export function largestWhere(values: tf.Tensor, mask: tf.Tensor, axis?: number): Largest {
  const among = onlyWhere(values, mask);
  const value = tf.max(among, axis, true);
  const ties = tf.mul(mask, tf.cast(tf.equal(among, value), 'float32'));
  const count = tf.sum(ties, axis, true);
  return { value, found: tf.max(mask, axis, true), share: tf.div(ties, tf.maximum(count, 1)) };
}

/** Returns `values` where `mask` is 1, and a number below every value elsewhere. */
export const onlyWhere = (values: tf.Tensor, mask: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(values, mask), tf.mul(tf.sub(mask, 1), BEYOND));
