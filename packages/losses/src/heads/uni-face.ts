import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { binaryCrossEntropy } from '../core/binary-cross-entropy.ts';
import { checkInputs, checkRange, checkTensor } from '../core/check.ts';
import { classWeights } from '../core/class-weights.ts';
import { addAtLabels } from '../core/label-entries.ts';
import type { Head } from './head.ts';

/** What {@link uniFace} takes. */
export interface UniFaceOptions {
  /** s, the radius of the hypersphere. Default 64. */
  scale?: number;
  /** m, taken from the target's cosine. Default 0.4. */
  margin?: number;
  /** λ, the weight of the other classes. Default 1. */
  negativeWeight?: number;
}

/**
 * UniFace: one threshold for all pairs of embedding and class weight,
 * `log(1 + exp(b − s·(cos θ_y − m))) + λ·Σ_{j≠y} log(1 + exp(s·cos θ_j − b))`. `params.bias` `[1]` begins at `log(10·C)`.
 *
 * @throws {InvalidArgumentError} unless `scale > 0`, `0 <= margin <= 1` and `negativeWeight > 0`.
 * @see J. Zhou et al., UniFace: unified cross-entropy loss for deep face recognition, ICCV 2023
 * @example
 * const head = uniFace({ scale: 32 });
 */
export function uniFace(options: UniFaceOptions = {}): Head {
  const { scale = 64, margin = 0.4, negativeWeight = 1 } = options;
  checkRange('uniFace', 'scale', scale, { above: 0 });
  checkRange('uniFace', 'margin', margin, { from: 0, to: 1 });
  checkRange('uniFace', 'negativeWeight', negativeWeight, { above: 0 });
  return {
    name: 'uniface',
    config: { scale, margin, negativeWeight },
    init: (rng, size) => ({
      weight: classWeights(rng, size),
      bias: tf.tensor1d([Math.log(10 * size.classes)]),
    }),
    losses: (params, embeddings, labels) =>
      tf.tidy(() => {
        const weight = checkInputs('uniFace', params, embeddings, labels);
        const bias = checkTensor<tf.Tensor1D>('uniFace', 'params.bias', params, [1]);
        const logits = cosineLogits(embeddings, weight, scale);
        const weights = { positive: 1, negative: negativeWeight };
        const shifted = withMargin(tf.sub<tf.Tensor2D>(logits, bias), labels, scale * margin);
        return { losses: binaryCrossEntropy(shifted, labels, weights), logits };
      }),
  };
}

const withMargin = (logits: tf.Tensor2D, labels: tf.Tensor1D, margin: number): tf.Tensor2D =>
  addAtLabels(logits, labels, tf.fill([labels.size], -margin));
