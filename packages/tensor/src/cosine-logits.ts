import * as tf from '@tensorflow/tfjs-core';

const EPSILON = 1e-12;

/**
 * Cosines between embeddings and class weights: `cos[i, j] = x_i·w_j / (‖x_i‖·‖w_j‖)`, within [-1, 1]. A zero vector
 * has cosine 0 with everything. Rounding beyond ±1 is cut off; the gradient passes as if it had not been, and is
 * finite at zero vectors. The normalised weights are never formed: at many classes they are the largest tensor.
 *
 * @param embeddings `[B, D]` float32, any length.
 * @param weight `[D, C]` float32, a class per column, any length.
 * @returns `[B, C]`.
 * @example
 * const cosines = cosineLogits(tf.tensor2d([[2, 0]]), tf.tensor2d([[3, 0], [0, 1]])); // [[1, 0]]
 */
export function cosineLogits(embeddings: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return tf.customGrad((x, w, save) => {
    const [features, weights] = [x as tf.Tensor2D, w as tf.Tensor2D];
    const inverseLength = tf.rsqrt(tf.add(tf.sum(tf.square(features), 1, true), EPSILON));
    const inverseWeightLength = tf.rsqrt(tf.add(tf.sum(tf.square(weights), 0, true), EPSILON));
    const unit = tf.mul<tf.Tensor2D>(features, inverseLength);
    const cosines = tf.clipByValue(tf.mul(tf.matMul(unit, weights), inverseWeightLength), -1, 1);
    (save as tf.GradSaveFunc)([unit, inverseLength, weights, inverseWeightLength, cosines]);
    return { value: cosines, gradFunc: gradient };
  })(embeddings, weight) as tf.Tensor2D;
}

function gradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  type Saved = [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const [unit, inverseLength, weights, inverseWeightLength, cosines] = saved as Saved;
  const scaled = tf.mul<tf.Tensor2D>(dy, inverseWeightLength);
  const unitGradient = tf.matMul(scaled, weights, false, true);
  const along = tf.sum(tf.mul(unitGradient, unit), 1, true);
  const shrink = tf.mul(tf.sum(tf.mul(scaled, cosines), 0, true), inverseWeightLength);
  return [
    tf.mul(tf.sub(unitGradient, tf.mul(unit, along)), inverseLength),
    tf.sub(tf.matMul(unit, scaled, true), tf.mul(weights, shrink)),
  ];
}
