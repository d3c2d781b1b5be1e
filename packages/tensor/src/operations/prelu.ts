import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { customGradient } from './custom-gradient.ts';

/**
 * Returns `x` where it is positive, `alpha·x` elsewhere, with a trainable slope per channel.
 *
 * @param x `[B, …, C]` float32.
 * @param alpha `[C]` float32, or any shape that broadcasts to `x`.
 * @returns the shape of `x`.
 * @see K. He et al., Delving deep into rectifiers, ICCV 2015
 * @example
 * const y = prelu(tf.tensor2d([[-2, 3]]), tf.tensor1d([0.25, 0.25])); // [[-0.5, 3]]
 */
export function prelu<T extends tf.Tensor>(x: T, alpha: tf.Tensor): T {
  checkArguments(
    'prelu',
    { x, alpha },
    { x: { has: ['shape', 'dtype'] }, alpha: { has: ['shape', 'dtype'] } },
  );
  const axes = tf.broadcast_util.getReductionAxes(alpha.shape, x.shape);
  const alphaShape = alpha.shape;
  return customGradient(
    { x, alpha },
    {
      forward: ({ x, alpha }) => ({ value: tf.prelu(x, alpha) as T, saved: { x, alpha } }),
      backward: (dy, { x, alpha }) => {
        const positive = tf.step(x);
        const derivative = tf.add(positive, tf.mul(alpha, tf.sub(1, positive)));
        const perSlope = tf.sum(tf.mul(dy, tf.minimum(x, 0)), axes);
        return { x: tf.mul(dy, derivative), alpha: tf.reshape(perSlope, alphaShape) };
      },
    },
  );
}
