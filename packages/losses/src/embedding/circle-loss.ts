import { l2Normalize } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { softplus } from '../core/binary-cross-entropy.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import { type EmbeddingLoss, embeddingLoss } from './embedding-loss.ts';
import { onlyWhere } from './largest-where.ts';
import { productLosses } from './pair-losses.ts';
import { pairsOf, perCounted } from './pairs.ts';

/** Specifications of the options of {@link circleLoss}. */
export const circleLossOptions = optionSpecs({
  margin: {
    default: 0.25,
    above: 0,
    below: 1,
    doc: 'm: similarities strive for at least 1 − m within an identity, at most m between two',
  },
  gamma: { default: 256, above: 0, doc: 'γ, the scale' },
});

/** Options of {@link circleLoss}; {@link optionsOf} has the defaults. */
export type CircleLossOptions = OptionsOf<typeof circleLossOptions>;

/**
 * Circle loss on pairs. The loss of an anchor is `log(1 + Σ_n exp(γ·a_n·(s_n − m)) · Σ_p exp(−γ·a_p·(s_p − 1 + m)))`,
 * where s_n and s_p are the cosines with samples of other identities and of its own, `a_n = max(0, s_n + m)` and
 * `a_p = max(0, 1 + m − s_p)`. As in the paper's gradients, the factors a weight the pairs and are not differentiated.
 * The mean is over the anchors that have pairs of both kinds.
 *
 * @throws {InvalidArgumentError} unless `0 < margin < 1` and `gamma > 0`.
 * @see Y. Sun et al., Circle Loss, CVPR 2020, equations 5 to 8
 * @example
 * const head = hardMining(embeddingHead(circleLoss({ gamma: 80 })));
 */
export function circleLoss(options: CircleLossOptions = {}): EmbeddingLoss {
  const config = resolveOptions('circleLoss', circleLossOptions, options);
  const { margin, gamma } = config;
  return embeddingLoss({ name: 'circle', ...config }, (embeddings, labels) =>
    productLosses(l2Normalize(embeddings), (cosines) => {
      const { positive, negative } = pairsOf(labels);
      const own = tf.mul(tf.relu(tf.sub(1 + margin, cosines)), -gamma);
      const other = tf.mul(tf.relu(tf.add(cosines, margin)), gamma);
      const near = logSumExp(tf.mul(own, tf.sub(cosines, 1 - margin)), positive);
      const far = logSumExp(tf.mul(other, tf.sub(cosines, margin)), negative);
      const sum = tf.add(near.value, far.value);
      const counted = tf.mul(near.found, far.found);
      const scale = tf.mul(counted, perCounted(counted, labels.size));
      const slopes = tf.add(tf.mul(near.weights, own), tf.mul(far.weights, other));
      return {
        losses: tf.reshape(tf.mul(scale, softplus(sum)), [-1]),
        slopes: tf.mul(tf.mul(scale, tf.sigmoid(sum)), slopes),
      };
    }),
  );
}

/**
 * Returns `log Σ exp` over the masked entries of each row (`value`, `[B, 1]`, 0 if there are none), its gradient
 * (`weights`), and 1 for rows that have such entries (`found`).
 */
function logSumExp(logits: tf.Tensor, mask: tf.Tensor2D) {
  const found = tf.max(mask, 1, true);
  const among = onlyWhere(logits, mask);
  const largest = tf.mul(found, tf.max(among, 1, true));
  const exponentials = tf.mul(mask, tf.exp(tf.sub(among, largest)));
  const sums = tf.maximum(tf.sum(exponentials, 1, true), 1);
  return { value: tf.add(largest, tf.log(sums)), weights: tf.div(exponentials, sums), found };
}
