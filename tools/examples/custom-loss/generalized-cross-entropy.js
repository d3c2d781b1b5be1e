/** @import { Head } from '@hm/losses' */
import { classWeights } from '@hm/losses';
import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Generalised cross-entropy, `(1 − p^q) / q` of the own class's probability p: bounded by 1/q, so that photographs filed
 * under the wrong name do not rule the training. With q near 0 it is cross-entropy, with q = 1 the mean absolute error.
 *
 * Z. Zhang and M. Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels, 2018.
 *
 * @returns {Head}
 */
export function generalizedCrossEntropy({ scale = 32, q = 0.7 } = {}) {
  return {
    config: { name: 'generalized-cross-entropy', scale, q },
    init: (rng, size) => ({ weight: classWeights(rng, size) }),
    losses({ weight }, embeddings, labels) {
      const logits = cosineLogits(embeddings, /** @type {tf.Tensor2D} */ (weight), scale);
      const own = tf.oneHot(labels, logits.shape[1]);
      const logProbability = tf.sum(tf.mul(tf.logSoftmax(logits), own), 1);
      const losses = tf.div(tf.sub(1, tf.exp(tf.mul(logProbability, q))), q);
      return { losses: /** @type {tf.Tensor1D} */ (losses), logits };
    },
  };
}
