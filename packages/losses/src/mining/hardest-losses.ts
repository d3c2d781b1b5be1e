// For its side effect: it registers the gradients that tfjs-core lacks under Node.
import '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import type { Head } from '../heads/head.ts';
import { wrapHead } from './wrap-head.ts';

/** What {@link ohem} takes. */
export interface OhemOptions {
  /** The share of a batch that is kept, at least one sample. Default 0.7. */
  keep?: number;
}

/**
 * Online hard example mining: the largest losses of the batch, the others 0. What is kept is multiplied by B/k, so that
 * the mean over the batch is the mean over the k kept samples. Of equal losses the earlier is kept.
 *
 * @param losses `[B]` float32.
 * @returns `[B]`.
 * @throws {InvalidArgumentError} unless `0 < keep <= 1`.
 * @see A. Shrivastava et al., Training region-based object detectors with online hard example mining, CVPR 2016
 * @example
 * const loss = tf.mean(hardestLosses(tf.tensor1d([0.1, 2.3, 0.7, 1.1]), { keep: 0.5 })); // (2.3 + 1.1)/2
 */
export function hardestLosses(losses: tf.Tensor1D, options: OhemOptions = {}): tf.Tensor1D {
  const { keep = 0.7 } = options;
  checkRange('hardestLosses', 'keep', keep, { above: 0, to: 1 });
  const count = Math.max(1, Math.round(losses.size * keep));
  return tf.tidy(() => {
    const operation = tf.customGrad((input, save) => {
      const kept = tf.step(tf.sub(count - 0.5, ranks(input as tf.Tensor1D)));
      const weight = tf.mul<tf.Tensor1D>(kept, losses.size / count);
      (save as tf.GradSaveFunc)([weight]);
      const gradFunc = (dy: tf.Tensor, [weight]: tf.Tensor[]) => tf.mul(dy, weight!);
      return { value: tf.mul(input as tf.Tensor1D, weight), gradFunc };
    });
    return operation(losses) as tf.Tensor1D;
  });
}

/** How many losses come before each: the larger ones, and equal ones that stand earlier. */
function ranks(losses: tf.Tensor1D): tf.Tensor1D {
  const positions = tf.range(0, losses.size, 1, 'float32');
  const [own, other] = [tf.expandDims(losses, 1), tf.expandDims(losses, 0)];
  const earlier = tf.greater(tf.expandDims(positions, 1), tf.expandDims(positions, 0));
  const before = tf.logicalOr(tf.greater(other, own), tf.logicalAnd(tf.equal(other, own), earlier));
  return tf.sum(tf.cast(before, 'float32'), 1);
}

/**
 * Any head with {@link hardestLosses} on top.
 *
 * @example
 * const head = ohem(hardMining(softmax()), { keep: 0.8 });
 */
export const ohem = (head: Head, { keep = 0.7 }: OhemOptions = {}): Head =>
  wrapHead(
    head,
    'ohem-',
    { ohem: { keep } },
    (result) => ({ ...result, losses: hardestLosses(result.losses, { keep }) }),
    true,
  );
