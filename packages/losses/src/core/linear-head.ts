import * as tf from '@tensorflow/tfjs-core';
import type { Head } from '../heads/head.ts';
import { checkBias, checkInputs } from './check.ts';
import { classWeights } from './class-weights.ts';
import { type Margin, marginCrossEntropy } from './margin-cross-entropy.ts';

/** A head over plain products `x·w_j`, with `b_j` if `config.bias`, and perhaps a margin on the target. */
export const linearHead = (
  name: string,
  config: { bias: boolean } & Record<string, unknown>,
  margin?: Margin,
): Head => ({
  name,
  config,
  init: (rng, size) => ({
    weight: classWeights(rng, size),
    ...(config.bias ? { bias: tf.zeros([size.classes]) } : {}),
  }),
  losses: (params, embeddings, labels) =>
    tf.tidy(() => {
      const weight = checkInputs(name, params, embeddings, labels);
      const products = tf.matMul(embeddings, weight) as tf.Tensor2D;
      const logits = config.bias
        ? tf.add<tf.Tensor2D>(products, checkBias(name, params.bias, weight.shape[1]))
        : products;
      return { losses: marginCrossEntropy(logits, labels, margin), logits };
    }),
});
