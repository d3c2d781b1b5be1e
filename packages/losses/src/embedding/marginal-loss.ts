import { l2Normalize } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import { checkEmbeddings } from './check-embeddings.ts';
import type { EmbeddingLoss } from './embedding-loss.ts';
import { distanceLosses } from './pair-losses.ts';
import { pairsOf } from './pairs.ts';

/** What {@link marginalLoss} takes. */
export interface MarginalLossOptions {
  /** τ, the squared distance between same and different. Default 1.2. */
  tau?: number;
  /** ξ, how far from τ a pair must be to count no more. Default 0.3. */
  xi?: number;
}

/**
 * Marginal loss: the mean over all pairs of `max(0, ξ − y·(τ − d²))`, y = 1 for one identity and −1 for two, d the
 * distance of unit embeddings. A sample's loss is the mean over its pairs. The paper adds it to softmax.
 *
 * @throws {InvalidArgumentError} unless `tau > 0` and `xi >= 0`.
 * @see J. Deng et al., Marginal Loss for Deep Face Recognition, CVPRW 2017
 * @example
 * const head = joint(softmax(), [{ loss: marginalLoss(), weight: 1 }]);
 */
export function marginalLoss(options: MarginalLossOptions = {}): EmbeddingLoss {
  const { tau = 1.2, xi = 0.3 } = options;
  checkRange('marginalLoss', 'tau', tau, { above: 0 });
  checkRange('marginalLoss', 'xi', xi, { from: 0 });
  return {
    name: 'marginal',
    config: { tau, xi },
    losses: (embeddings, labels) =>
      tf.tidy(() => {
        checkEmbeddings('marginalLoss', embeddings, labels);
        return distanceLosses(l2Normalize(embeddings), (squared) => {
          const { positive, negative } = pairsOf(labels);
          const sign = tf.sub(positive, negative);
          const excess = tf.add(tf.mul(sign, tf.sub(squared, tau)), xi);
          const active = tf.mul(tf.abs(sign), tf.step(excess));
          const share = 1 / Math.max(1, labels.size - 1);
          return {
            losses: tf.mul(tf.sum(tf.mul(active, excess), 1), share),
            slopes: tf.mul(tf.mul(active, sign), share),
          };
        });
      }),
  };
}
