import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import { type EmbeddingLoss, embeddingLoss, unitIf } from './embedding-loss.ts';
import { distanceAndSlope, distanceLosses } from './pair-losses.ts';
import { pairsOf } from './pairs.ts';

/** Specifications of the options of {@link contrastive}. */
export const contrastiveOptions = optionSpecs({
  // 60° between unit embeddings. The paper gives no number. It resets m every 200,000 pairs to the distance that
  // verifies those pairs best.
  margin: { default: 1, above: 0, doc: 'm, the distance from which two identities are far enough apart' },
  normalize: { default: true, doc: 'compares unit vectors instead of the embeddings as they are' },
});

/** Options of {@link contrastive}; {@link optionsOf} has the defaults. */
export type ContrastiveOptions = OptionsOf<typeof contrastiveOptions>;

/**
 * Contrastive loss, DeepID2's verification signal: the mean over all pairs of `½·d²` if the identities are the same
 * and `½·max(0, m − d)²` if they differ, where d is the Euclidean distance. A sample's loss is the mean over its pairs.
 *
 * @throws {InvalidArgumentError} unless `margin > 0`.
 * @see Y. Sun et al., Deep Learning Face Representation by Joint Identification-Verification, NIPS 2014
 * @example
 * const head = joint(softmax(), [{ loss: contrastive(), weight: 0.05 }]); // the paper's λ
 */
export function contrastive(options: ContrastiveOptions = {}): EmbeddingLoss {
  const config = resolveOptions('contrastive', contrastiveOptions, options);
  const { margin, normalize } = config;
  return embeddingLoss({ name: 'contrastive', ...config }, (embeddings, labels) =>
    distanceLosses(unitIf(normalize, embeddings), (squared) => {
      const { positive, negative } = pairsOf(labels);
      const { distance, slope } = distanceAndSlope(squared);
      const lack = tf.mul(negative, tf.relu(tf.sub(margin, distance)));
      const values = tf.add(tf.mul(positive, squared), tf.square(lack));
      const slopes = tf.sub<tf.Tensor2D>(tf.mul(positive, 0.5), tf.mul(lack, slope));
      const share = 1 / Math.max(1, labels.size - 1);
      return { losses: tf.mul(tf.sum(values, 1), share / 2), slopes: tf.mul(slopes, share) };
    }),
  );
}
