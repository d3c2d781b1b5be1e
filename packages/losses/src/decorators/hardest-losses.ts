import { customGradient } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { decorate } from './decorate.ts';

/** Specifications of the options of {@link ohem}. */
export const ohemOptions = optionSpecs({
  keep: { default: 0.7, above: 0, to: 1, doc: 'share of a batch that is kept, at least one sample' },
});

/** Options of {@link ohem}; {@link optionsOf} has the defaults. */
export type OhemOptions = OptionsOf<typeof ohemOptions>;

/**
 * Online hard example mining: keeps the k largest losses of the batch and sets the others to 0. The kept losses are
 * multiplied by B/k, so that the mean over the batch is the mean over the kept samples. Of equal losses it keeps
 * the earlier.
 *
 * @param losses `[B]` float32.
 * @returns `[B]`.
 * @throws {InvalidArgumentError} unless `0 < keep <= 1`.
 * @see A. Shrivastava et al., Training region-based object detectors with online hard example mining, CVPR 2016
 * @example
 * const loss = tf.mean(hardestLosses(tf.tensor1d([0.1, 2.3, 0.7, 1.1]), { keep: 0.5 })); // (2.3 + 1.1)/2
 */
export function hardestLosses(losses: tf.Tensor1D, options: OhemOptions = {}): tf.Tensor1D {
  const { keep } = resolveOptions('hardestLosses', ohemOptions, options);
  checkArguments('hardestLosses', { losses }, { losses: { has: ['shape', 'dtype'] } });
  const count = Math.max(1, Math.round(losses.size * keep));
  return tf.tidy(() =>
    customGradient(
      { losses },
      {
        forward: ({ losses }) => {
          const kept = tf.step(tf.sub(count - 0.5, ranks(losses)));
          const weight = tf.mul<tf.Tensor1D>(kept, losses.size / count);
          return { value: tf.mul<tf.Tensor1D>(losses, weight), saved: { weight } };
        },
        backward: (dy, { weight }) => ({ losses: tf.mul(dy, weight) }),
      },
    ),
  );
}

/** Returns the rank of each loss: the number of larger losses plus that of equal losses earlier in the batch. */
function ranks(losses: tf.Tensor1D): tf.Tensor1D {
  const positions = tf.range(0, losses.size, 1, 'float32');
  const [own, other] = [tf.expandDims(losses, 1), tf.expandDims(losses, 0)];
  const earlier = tf.greater(tf.expandDims(positions, 1), tf.expandDims(positions, 0));
  const before = tf.logicalOr(tf.greater(other, own), tf.logicalAnd(tf.equal(other, own), earlier));
  return tf.sum(tf.cast(before, 'float32'), 1);
}

/**
 * Wraps any head in {@link hardestLosses}.
 *
 * @example
 * const head = ohem(hardMining(softmax()), { keep: 0.8 });
 */
export function ohem(head: Head, options: OhemOptions = {}): Head {
  const config = resolveOptions('ohem', ohemOptions, options);
  checkArguments('ohem', { head }, { head: { has: ['config', 'init'] } });
  return decorate(head, {
    config: { name: 'ohem', ...config },
    change: (result) => ({ ...result, losses: hardestLosses(result.losses, config) }),
    comparesSamples: true,
  });
}
