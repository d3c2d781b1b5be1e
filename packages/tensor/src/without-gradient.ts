import * as tf from '@tensorflow/tfjs-core';

/**
 * `compute()` as a constant: no gradient flows through it, and it may compare, sort and pick, which tfjs cannot
 * differentiate. It is what other libraries call `stopGradient` or `detach`.
 *
 * @returns what `compute` returns; the caller disposes of it.
 * @example
 * const threshold = withoutGradient(() => tf.mean(losses));
 */
export function withoutGradient<T extends tf.Tensor>(compute: () => T): T {
  // A custom gradient's body is not recorded, and that of a constant is never asked for.
  const operation = tf.customGrad((constant) => ({
    value: compute(),
    gradFunc: () => tf.zerosLike(constant as tf.Tensor),
  }));
  return tf.tidy(() => operation(tf.scalar(0)) as T);
}
