import * as tf from '@tensorflow/tfjs-core';

/** `compute(x)` as a value that no gradient flows through; comparisons are allowed in `compute`. */
export function detach<T extends tf.Tensor>(x: tf.Tensor, compute: (x: tf.Tensor) => T): T {
  const { shape } = x;
  return tf.customGrad((input) => ({
    value: compute(input as tf.Tensor),
    gradFunc: () => tf.zeros(shape),
  }))(x) as T;
}
