import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { polynomial } from './polynomial.ts';

/** `tf.cos` and `tf.sin` of one angle. */
export interface CosineAndSine<T extends tf.Tensor> {
  cosine: T;
  sine: T;
}

/**
 * Returns the cosine and sine of angles up to a half turn, accurate to 5e-7 on every device; WebGPU's own may be off by
 * 5e-4. Evaluates Taylor polynomials at a quarter of the angle, then doubles the angle twice.
 *
 * @param radians float32 in [-π, π], any shape.
 * @example
 * const { cosine, sine } = cosineAndSine(tf.scalar(Math.PI / 3)); // 0.5 and 0.866
 */
export function cosineAndSine<T extends tf.Tensor>(radians: T): CosineAndSine<T> {
  checkArguments('cosineAndSine', { radians }, { radians: { has: ['shape', 'dtype'] } });
  const quarter = tf.mul<T>(radians, 0.25);
  const square = tf.square(quarter);
  let cosine = polynomial(square, [1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320]);
  let sine = tf.mul<T>(quarter, polynomial(square, [1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880]));
  for (let doubling = 0; doubling < 2; doubling++) {
    const doubled = tf.sub<T>(1, tf.mul(tf.square(sine), 2));
    sine = tf.mul<T>(tf.mul(sine, cosine), 2);
    cosine = doubled;
  }
  return { cosine, sine };
}
