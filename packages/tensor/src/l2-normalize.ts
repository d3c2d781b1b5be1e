import * as tf from '@tensorflow/tfjs-core';

const EPSILON = 1e-12;

/**
 * Scales vectors along an axis to length 1: `y = x / sqrt(sum(x²) + 1e-12)`, so the zero vector stays zero. The
 * gradient, `(dy − y·sum(dy·y)) / sqrt(sum(x²) + 1e-12)`, is exact and finite everywhere, at zero too.
 *
 * @param x float32, any shape.
 * @param axis the axis that holds a vector's components, by default the last.
 * @returns the shape of `x`.
 * @example
 * const unit = l2Normalize(tf.tensor2d([[3, 4]])); // [[0.6, 0.8]]
 */
export function l2Normalize<T extends tf.Tensor>(x: T, axis = -1): T {
  return tf.customGrad((input, save) => {
    const vectors = input as tf.Tensor;
    const inverseNorm = tf.rsqrt(tf.add(tf.sum(tf.square(vectors), axis, true), EPSILON));
    const unit = tf.mul(vectors, inverseNorm);
    (save as tf.GradSaveFunc)([unit, inverseNorm]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [y, scale] = saved as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.sub(dy, tf.mul(y, tf.sum(tf.mul(dy, y), axis, true))), scale);
    };
    return { value: unit, gradFunc };
  })(x) as T;
}
