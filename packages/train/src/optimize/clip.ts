import { flattenParams, mapParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Transform } from './transform.ts';

/**
 * Scales all gradients down together if their norm is above `largest`: `g ← g·min(1, largest / (‖g‖ + 1e-6))`. Outputs
 * `gradientNorm`, the norm before scaling.
 */
export const clip = (largest: number): Transform => ({
  update(gradients) {
    const squares = Object.values(flattenParams(gradients)).map((gradient) => tf.sum(tf.square(gradient)));
    const gradientNorm = tf.sqrt(squares.reduce((sum, square) => tf.add(sum, square)));
    const scale = tf.minimum(1, tf.div(largest, tf.add(gradientNorm, 1e-6)));
    return {
      gradients: mapParams(gradients, (gradient) => tf.mul(gradient, scale)),
      outputs: { gradientNorm },
    };
  },
});
