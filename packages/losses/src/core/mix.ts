import * as tf from '@tensorflow/tfjs-core';

/** Returns `a` where `share` is 0 and `b` where it is 1. */
export const mix = (a: tf.Tensor1D, b: tf.Tensor | number, share: tf.Tensor): tf.Tensor1D =>
  tf.add(tf.mul(a, tf.sub(1, share)), tf.mul(b, share));
