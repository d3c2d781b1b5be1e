import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import { type EmbeddingLoss, embeddingLoss, unitIf } from './embedding-loss.ts';
import { largestWhere } from './largest-where.ts';
import { distanceAndSlope, distanceLosses } from './pair-losses.ts';
import { pairsOf } from './pairs.ts';

/** Specifications of the options of {@link msml}. */
export const msmlOptions = optionSpecs({
  margin: {
    default: 0.3,
    from: 0,
    doc: 'α, by how much the closest two identities must be further apart than the farthest pair of one',
  },
  normalize: { default: true, doc: 'compares unit vectors instead of the embeddings as they are' },
});

/** Options of {@link msml}; {@link optionsOf} has the defaults. */
export type MsmlOptions = OptionsOf<typeof msmlOptions>;

/**
 * Margin sample mining loss: `max(0, α + d_p − d_n)`, where d_p is the distance of the farthest pair of the same
 * identity in the batch and d_n that of the closest pair of different identities. It is one loss for the batch, and
 * every sample gets it. Pairs that tie share the gradient.
 *
 * @throws {InvalidArgumentError} unless `margin >= 0`.
 * @see Q. Xiao et al., Margin Sample Mining Loss, arXiv 1710.00478
 * @example
 * const losses = msml().losses(embeddings, labels);
 */
export function msml(options: MsmlOptions = {}): EmbeddingLoss {
  const config = resolveOptions('msml', msmlOptions, options);
  const { margin, normalize } = config;
  return embeddingLoss({ name: 'msml', ...config }, (embeddings, labels) => {
    const loss = distanceLosses(unitIf(normalize, embeddings), (squared) => {
      const { positive, negative } = pairsOf(labels);
      const { distance, slope } = distanceAndSlope(squared);
      const [farthest, closest] = [
        largestWhere(distance, positive),
        largestWhere(tf.neg(distance), negative),
      ];
      const excess = tf.add(tf.add(farthest.value, closest.value), margin);
      const gate = tf.mul(tf.mul(farthest.found, closest.found), tf.step(excess));
      const slopes = tf.mul<tf.Tensor2D>(slope, tf.sub(farthest.share, closest.share));
      return { losses: tf.reshape(tf.mul(gate, excess), [1]), slopes: tf.mul(gate, slopes) };
    });
    return tf.mul(loss, tf.ones([labels.size]));
  });
}
