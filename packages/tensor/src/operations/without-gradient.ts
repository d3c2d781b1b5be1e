import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { customGradient } from './custom-gradient.ts';

/**
 * Runs `compute` and makes its result a constant: no gradient flows through it, and it may compare, sort and pick,
 * which tfjs cannot differentiate. Other libraries call this `stopGradient` or `detach`.
 *
 * @returns the result of `compute`; the caller disposes of it.
 * @example
 * const threshold = withoutGradient(() => tf.mean(losses));
 */
export function withoutGradient<T extends tf.Tensor>(compute: () => T): T {
  checkArguments('withoutGradient', { compute }, { compute: 'function' });
  // The body of a custom gradient is not recorded, and the gradient of a constant is never asked for.
  return tf.tidy(() =>
    customGradient(
      { constant: tf.scalar(0) },
      {
        forward: () => ({ value: compute(), saved: {} }),
        backward: () => ({ constant: tf.scalar(0) }),
      },
    ),
  );
}
