import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import { checkEmbeddings } from './check-embeddings.ts';
import { distanceAndSlope } from './distance.ts';
import type { EmbeddingLoss } from './embedding-loss.ts';
import { distanceLosses } from './pair-losses.ts';
import { pairsOf } from './pairs.ts';
import { unitIf } from './unit-if.ts';

/** What {@link contrastive} takes. */
export interface ContrastiveOptions {
  /**
   * m, the distance from which two identities are far enough apart. Default 1, 60° between unit embeddings. The paper
   * gives no number: it sets m anew, every 200,000 pairs, to the distance that verifies those pairs best.
   */
  margin?: number;
  /** Compares unit vectors (default true). False compares the embeddings as they are, as the paper does. */
  normalize?: boolean;
}

/**
 * Contrastive loss, DeepID2's verification signal: the mean over all pairs of `½·d²` where the identities are the same
 * and `½·max(0, m − d)²` where they differ, d the Euclidean distance. A sample's loss is the mean over its pairs.
 *
 * @throws {InvalidArgumentError} unless `margin > 0`.
 * @see Y. Sun et al., Deep Learning Face Representation by Joint Identification-Verification, NIPS 2014
 * @example
 * const head = joint(softmax(), [{ loss: contrastive(), weight: 0.05 }]); // the paper's λ
 */
export function contrastive(options: ContrastiveOptions = {}): EmbeddingLoss {
  const { margin = 1, normalize = true } = options;
  checkRange('contrastive', 'margin', margin, { above: 0 });
  return {
    name: 'contrastive',
    config: { margin, normalize },
    losses: (embeddings, labels) =>
      tf.tidy(() => {
        checkEmbeddings('contrastive', embeddings, labels);
        return distanceLosses(unitIf(normalize, embeddings), (squared) => {
          const { positive, negative } = pairsOf(labels);
          const { distance, slope } = distanceAndSlope(squared);
          const lack = tf.mul(negative, tf.relu(tf.sub(margin, distance)));
          const values = tf.add(tf.mul(positive, squared), tf.square(lack));
          const slopes = tf.sub<tf.Tensor2D>(tf.mul(positive, 0.5), tf.mul(lack, slope));
          const share = 1 / Math.max(1, labels.size - 1);
          return { losses: tf.mul(tf.sum(values, 1), share / 2), slopes: tf.mul(slopes, share) };
        });
      }),
  };
}
