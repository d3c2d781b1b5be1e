import * as tf from '@tensorflow/tfjs-core';

/** `Σ coefficients[i]·x^i`. */
export function polynomial<T extends tf.Tensor>(x: T, coefficients: readonly number[]): T {
  const highest = tf.fill(x.shape, coefficients.at(-1)!);
  return coefficients
    .slice(0, -1)
    .reduceRight<tf.Tensor>((sum, coefficient) => tf.add(tf.mul(sum, x), coefficient), highest) as T;
}
