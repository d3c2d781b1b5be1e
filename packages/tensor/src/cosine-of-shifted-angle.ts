import * as tf from '@tensorflow/tfjs-core';

const EPSILON = 1e-12;

/**
 * `cos(θ + m)` from `c = cos θ` without an `acos`: `c·cos m − sin m·sqrt(max(1 − c², 1e-12))`. The gradient,
 * `cos m + sin m·c/sqrt(1 − c²)`, is exact inside (-1, 1) and `cos m`, not infinite, at ±1.
 *
 * @param cosine float32 in [-1, 1], any shape.
 * @param marginRadians the angle added, radians.
 * @returns the shape of `cosine`.
 * @example
 * const shifted = cosineOfShiftedAngle(tf.scalar(1), Math.PI / 3); // 0.5
 */
export function cosineOfShiftedAngle<T extends tf.Tensor>(cosine: T, marginRadians: number): T {
  const [cosM, sinM] = [Math.cos(marginRadians), Math.sin(marginRadians)];
  return tf.customGrad((input, save) => {
    const c = input as tf.Tensor;
    (save as tf.GradSaveFunc)([c]);
    const sine = tf.sqrt(squaredSine(c));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [c] = saved as [tf.Tensor];
      const square = squaredSine(c);
      const inside = tf.step(tf.sub(square, EPSILON));
      const slope = tf.mul(tf.mul(c, tf.mul(inside, sinM)), tf.rsqrt(square));
      return tf.mul(dy, tf.add(slope, cosM));
    };
    return { value: tf.sub(tf.mul(c, cosM), tf.mul(sine, sinM)), gradFunc };
  })(cosine) as T;
}

// (1 − c)(1 + c) keeps every digit near ±1, where 1 − c² would lose half of them.
const squaredSine = (c: tf.Tensor): tf.Tensor => tf.maximum(tf.mul(tf.sub(1, c), tf.add(1, c)), EPSILON);
