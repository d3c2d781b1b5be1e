import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { customGradient } from './custom-gradient.ts';

const EPSILON = 1e-12;

/**
 * Scales vectors along an axis to length 1: `y = x / sqrt(sum(x²) + 1e-12)`, so the zero vector stays zero. The
 * gradient, `(dy − y·sum(dy·y)) / sqrt(sum(x²) + 1e-12)`, is exact and finite everywhere, including at zero.
 *
 * @param x float32, any shape.
 * @param axis the axis of a vector's components, by default the last.
 * @returns the shape of `x`.
 * @example
 * const unit = l2Normalize(tf.tensor2d([[3, 4]])); // [[0.6, 0.8]]
 */
export function l2Normalize<T extends tf.Tensor>(x: T, axis = -1): T {
  checkArguments('l2Normalize', { x }, { x: { has: ['shape', 'dtype'] } });
  return customGradient(
    { x },
    {
      forward: ({ x }) => {
        const inverseNorm = tf.rsqrt(tf.add(tf.sum(tf.square(x), axis, true), EPSILON));
        const y = tf.mul<T>(x, inverseNorm);
        return { value: y, saved: { y, inverseNorm } };
      },
      backward: (dy, { y, inverseNorm }) => ({
        x: tf.mul(tf.sub(dy, tf.mul(y, tf.sum(tf.mul(dy, y), axis, true))), inverseNorm),
      }),
    },
  );
}
