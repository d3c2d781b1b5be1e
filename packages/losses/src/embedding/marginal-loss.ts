import { l2Normalize } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import { type EmbeddingLoss, embeddingLoss } from './embedding-loss.ts';
import { distanceLosses } from './pair-losses.ts';
import { pairsOf } from './pairs.ts';

/** Specifications of the options of {@link marginalLoss}. */
export const marginalLossOptions = optionSpecs({
  tau: { default: 1.2, above: 0, doc: 'τ, the squared distance between same and different' },
  xi: { default: 0.3, from: 0, doc: 'ξ, how far from τ a pair must be to count no more' },
});

/** Options of {@link marginalLoss}; {@link optionsOf} has the defaults. */
export type MarginalLossOptions = OptionsOf<typeof marginalLossOptions>;

/**
 * Marginal loss: the mean over all pairs of `max(0, ξ − y·(τ − d²))`, where y is 1 for the same identity and −1 for
 * different ones, and d is the distance of unit embeddings. A sample's loss is the mean over its pairs. The paper adds
 * it to softmax.
 *
 * @throws {InvalidArgumentError} unless `tau > 0` and `xi >= 0`.
 * @see J. Deng et al., Marginal Loss for Deep Face Recognition, CVPRW 2017
 * @example
 * const head = joint(softmax(), [{ loss: marginalLoss(), weight: 1 }]);
 */
export function marginalLoss(options: MarginalLossOptions = {}): EmbeddingLoss {
  const config = resolveOptions('marginalLoss', marginalLossOptions, options);
  const { tau, xi } = config;
  return embeddingLoss({ name: 'marginal', ...config }, (embeddings, labels) =>
    distanceLosses(l2Normalize(embeddings), (squared) => {
      const { positive, negative } = pairsOf(labels);
      const sign = tf.sub(positive, negative);
      const excess = tf.add(tf.mul(sign, tf.sub(squared, tau)), xi);
      const active = tf.mul(tf.abs(sign), tf.step(excess));
      const share = 1 / Math.max(1, labels.size - 1);
      return {
        losses: tf.mul(tf.sum(tf.mul(active, excess), 1), share),
        slopes: tf.mul(tf.mul(active, sign), share),
      };
    }),
  );
}
