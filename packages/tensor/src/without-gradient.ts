import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from './check-options.ts';
import { customGradient } from './custom-gradient.ts';

/**
 * `compute()` as a constant: no gradient flows through it, and it may compare, sort and pick, which tfjs cannot
 * differentiate. It is what other libraries call `stopGradient` or `detach`.
 *
 * @returns what `compute` returns; the caller disposes of it.
 * @example
 * const threshold = withoutGradient(() => tf.mean(losses));
 */
export function withoutGradient<T extends tf.Tensor>(compute: () => T): T {
  checkArguments('withoutGradient', { compute }, { compute: 'function' });
  // A custom gradient's body is not recorded, and that of a constant is never asked for.
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
