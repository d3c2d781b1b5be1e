import * as tf from '@tensorflow/tfjs-core';
import { checkBias, checkInputs } from '../core/check.ts';
import { type Margin, marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import type { Head, HeadConfig } from '../head.ts';
import { classWeights } from './class-weights.ts';

/**
 * Makes a head whose logits are the plain products `x·w_j`, plus `b_j` if `config.bias` is set, with an optional margin
 * on the target.
 *
 * @example
 * const head = linearHead({ name: 'mine', bias: false }, (logit) => ({ value: tf.sub(logit, 1) }));
 */
export const linearHead = (config: HeadConfig & { bias: boolean }, margin?: Margin): Head => ({
  config,
  init: (rng, size) => ({
    weight: classWeights(rng, size),
    ...(config.bias ? { bias: tf.zeros([size.classes]) } : {}),
  }),
  losses: (params, embeddings, labels) =>
    tf.tidy(() => {
      const weight = checkInputs(config.name, params, embeddings, labels);
      const products = tf.matMul(embeddings, weight, false, true) as tf.Tensor2D;
      const logits = config.bias
        ? tf.add<tf.Tensor2D>(products, checkBias(config.name, params.bias, weight.shape[0]))
        : products;
      return { losses: marginCrossEntropy(logits, labels, margin), logits };
    }),
});
