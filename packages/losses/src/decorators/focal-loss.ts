import { customGradient } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { decorate } from './decorate.ts';

/** Specifications of the options of {@link focal}. */
export const focalOptions = optionSpecs({
  gamma: { default: 2, from: 0, doc: 'γ, how strongly easy samples are turned down' },
});

/** Options of {@link focal}; {@link optionsOf} has the defaults. */
export type FocalOptions = OptionsOf<typeof focalOptions>;

/**
 * Returns the focal loss per sample of any cross-entropies: `(1 − p)^γ·L` with the target's probability `p = exp(−L)`.
 * The gradient flows through p.
 *
 * @param losses `[B]` float32, not negative.
 * @returns `[B]`.
 * @throws {InvalidArgumentError} if `gamma` is negative or not finite.
 * @see T.-Y. Lin et al., Focal loss for dense object detection, ICCV 2017
 * @example
 * const loss = tf.mean(focalLoss(tf.tensor1d([0.1, 2.3])));
 */
export function focalLoss(losses: tf.Tensor1D, options: FocalOptions = {}): tf.Tensor1D {
  const { gamma } = resolveOptions('focalLoss', focalOptions, options);
  checkArguments('focalLoss', { losses }, { losses: { has: ['shape', 'dtype'] } });
  return tf.tidy(() =>
    customGradient(
      { losses },
      {
        forward: ({ losses }) => {
          // Computes 1 − exp(−L) without losing the digits of a small L.
          const miss = tf.neg(tf.expm1(tf.neg(losses)));
          const factor = tf.pow(miss, gamma);
          return { value: tf.mul<tf.Tensor1D>(losses, factor), saved: { losses, miss, factor } };
        },
        // (1 − p)^γ·(1 + γ·p·L/(1 − p)); the term γ·p·L/(1 − p) tends to γ as L goes to 0.
        backward: (dy, { losses, miss, factor }) => {
          const fraction = tf.div(tf.mul(tf.sub(1, miss), losses), tf.maximum(miss, 1e-30));
          return { losses: tf.mul(dy, tf.mul(factor, tf.add(tf.mul(fraction, gamma), 1))) };
        },
      },
    ),
  );
}

/**
 * Wraps a head whose losses are cross-entropies in {@link focalLoss}.
 *
 * @example
 * const head = focal(arcFace(), { gamma: 1 });
 */
export function focal(head: Head, options: FocalOptions = {}): Head {
  const config = resolveOptions('focal', focalOptions, options);
  checkArguments('focal', { head }, { head: { has: ['config', 'init'] } });
  return decorate(head, {
    config: { name: 'focal', ...config },
    change: (result) => ({ ...result, losses: focalLoss(result.losses, config) }),
  });
}
