import * as tf from '@tensorflow/tfjs-core';

// Closer pairs have no direction in float32; their slope is held at this distance's, so that it stays finite at 0.
const LEAST_DISTANCE = 1e-4;

/** `d = √(d²)` of squared distances, and its derivative with respect to d², `1/(2d)`. Not differentiable. */
export function distanceAndSlope(squared: tf.Tensor2D): { distance: tf.Tensor2D; slope: tf.Tensor2D } {
  const distance = tf.sqrt(squared);
  return { distance, slope: tf.div(0.5, tf.maximum(distance, LEAST_DISTANCE)) };
}
