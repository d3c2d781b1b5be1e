import * as tf from '@tensorflow/tfjs-core';
import { checkBias, checkInputs } from './check.ts';
import { classWeights } from './class-weights.ts';
import type { Head } from './head.ts';
import { marginCrossEntropy } from './margin-cross-entropy.ts';

export interface SoftmaxOptions {
  /** Adds `params.bias` `[C]`, as the paper's equation 1 does. Default true. */
  bias?: boolean;
}

/**
 * Softmax cross-entropy: `−log softmax(x·W + b)_y`.
 *
 * @see S. Srivastava et al., Hard-Mining loss, arXiv 1908.09747, equation 1
 * @example
 * const head = softmax();
 * const params = head.init(Rng.of(1), { classes: 10, embeddingSize: 512 });
 * const { losses } = head.losses(params, embeddings, labels, 0);
 */
export function softmax(options: SoftmaxOptions = {}): Head {
  const { bias = true } = options;
  return {
    name: 'ce',
    config: { bias },
    init: (rng, size) => ({
      weight: classWeights(rng, size),
      ...(bias ? { bias: tf.zeros([size.classes]) } : {}),
    }),
    losses: (params, embeddings, labels) =>
      tf.tidy(() => {
        const weight = checkInputs('softmax', params, embeddings, labels);
        const products = tf.matMul(embeddings, weight) as tf.Tensor2D;
        const logits = bias
          ? tf.add<tf.Tensor2D>(products, checkBias('softmax', params.bias, weight.shape[1]))
          : products;
        return { losses: marginCrossEntropy(logits, labels), logits };
      }),
  };
}
