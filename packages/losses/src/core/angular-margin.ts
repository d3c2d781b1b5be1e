import type { ValueAndSlope } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Returns A-Softmax's `ψ(θ) = (−1)^k·cos(mθ) − 2k` for θ in `[kπ/m, (k+1)π/m]`, and its derivative with respect to
 * `c = cos θ`. Neither needs an `acos`: `cos(mθ)` is the Chebyshev polynomial `T_m(c)` (for m = 4, `8c⁴ − 8c² + 1`),
 * its derivative is `m·U_{m−1}(c)`, and k is the number of thresholds `cos(kπ/m)` that c lies below.
 *
 * @param cosine `[B]` float32 in [-1, 1]. @param m an integer, 1 or more.
 */
export function angularMargin(cosine: tf.Tensor1D, m: number): ValueAndSlope<tf.Tensor1D> {
  const { first, second } = chebyshev(cosine, m);
  let sign: tf.Tensor = tf.onesLike(cosine);
  let pieces: tf.Tensor = tf.zerosLike(cosine);
  for (let k = 1; k < m; k++) {
    const passed = tf.step(tf.sub(Math.cos((k * Math.PI) / m), cosine));
    pieces = tf.add(pieces, passed);
    sign = tf.mul(sign, tf.sub(1, tf.mul(passed, 2)));
  }
  return {
    value: tf.sub(tf.mul(sign, first), tf.mul(pieces, 2)),
    slope: tf.mul(tf.mul(sign, second), m),
  };
}

/** `T_m(c)` and `U_{m−1}(c)`, both from `P_{n+1} = 2c·P_n − P_{n−1}`. */
function chebyshev(cosine: tf.Tensor1D, m: number): { first: tf.Tensor; second: tf.Tensor } {
  const twice = tf.mul(cosine, 2);
  let [previousFirst, first]: [tf.Tensor, tf.Tensor] = [tf.onesLike(cosine), cosine];
  let [previousSecond, second]: [tf.Tensor, tf.Tensor] = [tf.zerosLike(cosine), tf.onesLike(cosine)];
  for (let n = 1; n < m; n++) {
    [previousFirst, first] = [first, tf.sub(tf.mul(twice, first), previousFirst)];
    [previousSecond, second] = [second, tf.sub(tf.mul(twice, second), previousSecond)];
  }
  return { first, second };
}
