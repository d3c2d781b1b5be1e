import * as tf from '@tensorflow/tfjs-core';

/** Which samples of a batch make pairs: matrices `[B, B]` of 0 and 1, anchors in rows. */
export interface Pairs {
  /** Same label, and not the sample itself. */
  positive: tf.Tensor2D;
  /** Different labels. */
  negative: tf.Tensor2D;
}

/** The pairs of labels `[B]`. Not differentiable. */
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

/** What scales a sum over counted terms, divided among anchors, so that the mean over anchors is the mean term. */
export const perCounted = (counted: tf.Tensor, batch: number): tf.Tensor =>
  tf.div(batch, tf.maximum(tf.sum(counted), 1));
