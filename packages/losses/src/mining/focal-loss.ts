// For its side effect: it registers the gradients that tfjs-core lacks under Node.
import '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import type { Head } from '../heads/head.ts';
import { wrapHead } from './wrap-head.ts';

/** What {@link focal} takes. */
export interface FocalOptions {
  /** γ, how strongly easy samples are turned down. Default 2. */
  gamma?: number;
}

/**
 * The focal loss of cross-entropies from anywhere: `(1 − p)^γ·L` with the target's probability `p = exp(−L)`, per sample.
 * The gradient goes through p.
 *
 * @param losses `[B]` float32, not negative.
 * @returns `[B]`.
 * @throws {InvalidArgumentError} if `gamma` is negative or not finite.
 * @see T.-Y. Lin et al., Focal loss for dense object detection, ICCV 2017
 * @example
 * const loss = tf.mean(focalLoss(tf.tensor1d([0.1, 2.3])));
 */
export function focalLoss(losses: tf.Tensor1D, options: FocalOptions = {}): tf.Tensor1D {
  const { gamma = 2 } = options;
  checkRange('focalLoss', 'gamma', gamma, { from: 0 });
  return tf.tidy(() => {
    const operation = tf.customGrad((input, save) => {
      const losses = input as tf.Tensor1D;
      // 1 − exp(−L) without losing the digits of a small L.
      const miss = tf.neg(tf.expm1(tf.neg(losses)));
      const factor = tf.pow(miss, gamma);
      (save as tf.GradSaveFunc)([losses, miss, factor]);
      return {
        value: tf.mul(losses, factor),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => slope(dy, saved, gamma),
      };
    });
    return operation(losses) as tf.Tensor1D;
  });
}

/** `(1 − p)^γ·(1 + γ·p·L/(1 − p))`, whose fraction tends to γ as L goes to 0. */
function slope(dy: tf.Tensor, saved: tf.Tensor[], gamma: number): tf.Tensor {
  const [losses, miss, factor] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
  const fraction = tf.div(tf.mul(tf.sub(1, miss), losses), tf.maximum(miss, 1e-30));
  return tf.mul(dy, tf.mul(factor, tf.add(tf.mul(fraction, gamma), 1)));
}

/**
 * Any head of cross-entropies with {@link focalLoss} on top.
 *
 * @example
 * const head = focal(arcFace(), { gamma: 1 });
 */
export const focal = (head: Head, { gamma = 2 }: FocalOptions = {}): Head =>
  wrapHead(head, 'focal-', { focal: { gamma } }, (result) => ({
    ...result,
    losses: focalLoss(result.losses, { gamma }),
  }));
