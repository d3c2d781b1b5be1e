import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { polynomial } from './polynomial.ts';

const COEFFICIENTS = [
  1.570796305, -0.2145988016, 0.0889789874, -0.0501743046, 0.030891881, -0.0170881256, 0.0066700901,
  -0.0012624911,
];

/**
 * Returns the angle of a cosine, accurate to 1e-6 on every device; WebGPU's own function may be off by 5e-4. Uses
 * Hastings' approximation, `sqrt(1 − |c|)·P(|c|)`. Not meant to be differentiated: the derivative is infinite at ±1.
 *
 * @param cosine float32 in [-1, 1], any shape.
 * @returns radians in [0, π], the shape of `cosine`.
 * @see M. Abramowitz and I. Stegun, Handbook of mathematical functions, 4.4.46
 * @example
 * const angle = arcCosine(tf.scalar(0.5)); // π/3
 */
export function arcCosine<T extends tf.Tensor>(cosine: T): T {
  checkArguments('arcCosine', { cosine }, { cosine: { has: ['shape', 'dtype'] } });
  const size = tf.abs(cosine);
  const angle = tf.mul(tf.sqrt(tf.relu(tf.sub(1, size))), polynomial(size, COEFFICIENTS));
  const isAcute = tf.step(cosine);
  return tf.add<T>(tf.mul(angle, isAcute), tf.mul(tf.sub(Math.PI, angle), tf.sub(1, isAcute)));
}
