import * as tf from '@tensorflow/tfjs-core';

const EPSILON = 1e-12;

/**
 * Products of embeddings with class weights of length 1: `logits[i, j] = x_i·w_j / ‖w_j‖ = ‖x_i‖·cos θ_ij`. The
 * normalised weights are never formed (at many classes they are the largest tensor): the products are divided instead.
 * With `limit`, rounding beyond ±limit is cut off, and the gradient passes as if it had not been. Finite at zero
 * vectors, value and gradient.
 *
 * @param embeddings `[B, D]` float32. @param weight `[D, C]` float32, a class per column, any length.
 * @returns `[B, C]`.
 * @example
 * const logits = unitWeightLogits(tf.tensor2d([[2, 0]]), tf.tensor2d([[3, 0], [0, 1]])); // [[2, 0]]
 */
export function unitWeightLogits(embeddings: tf.Tensor2D, weight: tf.Tensor2D, limit?: number): tf.Tensor2D {
  return tf.customGrad((x, w, save) => {
    const [features, weights] = [x as tf.Tensor2D, w as tf.Tensor2D];
    const inverseLength = tf.rsqrt(tf.add(tf.sum(tf.square(weights), 0, true), EPSILON));
    const products = tf.mul<tf.Tensor2D>(tf.matMul(features, weights), inverseLength);
    const logits = limit === undefined ? products : tf.clipByValue(products, -limit, limit);
    (save as tf.GradSaveFunc)([features, weights, inverseLength, logits]);
    return { value: logits, gradFunc: gradient };
  })(embeddings, weight) as tf.Tensor2D;
}

function gradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [x, weights, inverseLength, logits] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const scaled = tf.mul<tf.Tensor2D>(dy, inverseLength);
  const radial = tf.mul(tf.sum(tf.mul(scaled, logits), 0, true), inverseLength);
  return [
    tf.matMul(scaled, weights, false, true),
    tf.sub(tf.matMul(x, scaled, true), tf.mul(weights, radial)),
  ];
}
