import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { binaryCrossEntropy } from '../core/binary-cross-entropy.ts';
import { checkInputs, checkTensor } from '../core/check.ts';
import { addAtLabels } from '../core/label-entries.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link uniFace}. */
export const uniFaceOptions = optionSpecs({
  scale: { default: 64, above: 0, doc: 's, the radius of the hypersphere' },
  margin: { default: 0.4, from: 0, to: 1, doc: "m, taken from the target's cosine" },
  negativeWeight: { default: 1, above: 0, doc: 'λ, the weight of the other classes' },
});

/** Options of {@link uniFace}; {@link optionsOf} has the defaults. */
export type UniFaceOptions = OptionsOf<typeof uniFaceOptions>;

/**
 * UniFace: one threshold b for all pairs of embedding and class weight. The loss is
 * `log(1 + exp(b − s·(cos θ_y − m))) + λ·Σ_{j≠y} log(1 + exp(s·cos θ_j − b))`. The threshold `params.bias` `[1]`
 * starts at `log(10·C)`.
 *
 * @throws {InvalidArgumentError} unless `scale > 0`, `0 <= margin <= 1` and `negativeWeight > 0`.
 * @see J. Zhou et al., UniFace: unified cross-entropy loss for deep face recognition, ICCV 2023
 * @example
 * const head = uniFace({ scale: 32 });
 */
export function uniFace(options: UniFaceOptions = {}): Head {
  const config = resolveOptions('uniFace', uniFaceOptions, options);
  const { scale, margin, negativeWeight } = config;
  return {
    config: { name: 'uniface', ...config },
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
