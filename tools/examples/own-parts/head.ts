import { classWeights, type Head } from '@hm/losses';
import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Generalized cross-entropy, `(1 − p^q) / q` with the probability p of the sample's own class. It is bounded, so that
 * photographs with a wrong name do not dominate training (Zhang and Sabuncu, 2018).
 */
export const generalizedCrossEntropy = ({ scale = 32, q = 0.7 } = {}): Head => ({
  config: { name: 'generalized-cross-entropy', scale, q },
  init: (rng, size) => ({ weight: classWeights(rng, size) }),
  losses({ weight }, embeddings, labels) {
    const logits = cosineLogits(embeddings, weight as tf.Tensor2D, scale);
    const own = tf.oneHot(labels, logits.shape[1]);
    const logProbability = tf.sum(tf.mul(tf.logSoftmax(logits), own), 1);
    const losses = tf.div<tf.Tensor1D>(tf.sub(1, tf.exp(tf.mul(logProbability, q))), q);
    return { losses, logits };
  },
});
