import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { customGradient } from './custom-gradient.ts';

/**
 * Returns `max(x, 0)`. Its gradient `dy · [y > 0]` needs only the output, so the input need not be kept.
 *
 * @param x float32, any shape.
 * @returns the shape of `x`.
 * @example
 * const y = relu(tf.tensor1d([-1, 2])); // [0, 2]
 */
export function relu<T extends tf.Tensor>(x: T): T {
  checkArguments('relu', { x }, { x: { has: ['shape', 'dtype'] } });
  return customGradient(
    { x },
    {
      forward: ({ x }) => {
        const value = tf.relu(x);
        return { value, saved: { value } };
      },
      backward: (dy, { value }) => ({ x: tf.mul(dy, tf.step(value)) }),
    },
  );
}
