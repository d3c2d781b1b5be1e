import * as tf from '@tensorflow/tfjs-core';

/** Masks of the pairs in a batch: matrices `[B, B]` of 0 and 1, with anchors in rows. */
export interface Pairs {
  /** Pairs with the same label, without pairs of a sample with itself. */
  positive: tf.Tensor2D;
  /** Pairs with different labels. */
  negative: tf.Tensor2D;
}

/** Returns the pairs of labels `[B]`. Not differentiable. */
export function pairsOf(labels: tf.Tensor1D): Pairs {
  const same = tf.cast(tf.equal(tf.expandDims(labels, 1), tf.expandDims(labels, 0)), 'float32');
  return {
    positive: tf.sub<tf.Tensor2D>(same, diagonal(labels.size)),
    negative: tf.sub<tf.Tensor2D>(1, same),
  };
}

/** The identity matrix `[size, size]`. */
export function diagonal(size: number): tf.Tensor2D {
  const index = tf.range(0, size, 1, 'int32');
  return tf.cast<tf.Tensor2D>(tf.equal(tf.expandDims(index, 1), index), 'float32');
}

/** Returns the factor for each anchor's sum of counted terms that makes the mean over anchors the mean term. */
export const perCounted = (counted: tf.Tensor, batch: number): tf.Tensor =>
  tf.div(batch, tf.maximum(tf.sum(counted), 1));
