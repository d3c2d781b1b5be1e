import * as tf from '@tensorflow/tfjs-core';

/**
 * `max(x, 0)`, whose gradient `dy · [y > 0]` needs the output alone, so that the input need not be kept.
 *
 * @param x float32, any shape.
 * @returns the shape of `x`.
 * @example
 * const y = relu(tf.tensor1d([-1, 2])); // [0, 2]
 */
export function relu<T extends tf.Tensor>(x: T): T {
  return tf.customGrad((input, save) => {
    const value = tf.relu(input as tf.Tensor);
    (save as tf.GradSaveFunc)([value]);
    return { value, gradFunc: (dy: tf.Tensor, [y]: tf.Tensor[]) => tf.mul(dy, tf.step(y as tf.Tensor)) };
  })(x) as T;
}
