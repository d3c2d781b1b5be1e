import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkInputs, checkTensor } from '../core/check.ts';
import { marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link adaptiveFace}. */
export const adaptiveFaceOptions = optionSpecs({
  scale: { default: 30, above: 0, doc: 's, the radius of the hypersphere' },
  lambda: { default: 70, from: 0, doc: 'λ, how strongly margins are pushed up' },
});

/** Options of {@link adaptiveFace}; {@link optionsOf} has the defaults. */
export type AdaptiveFaceOptions = OptionsOf<typeof adaptiveFaceOptions>;

/**
 * AdaptiveFace (AdaM-Softmax): CosFace with a learned margin per class. The target logit is `s·(cos θ − m_y)`, the
 * others are `s·cos θ`, and the penalty is `λ·(1 − mean(m))`. `params.margin` `[C]` starts uniform in [0.3, 0.4] and is
 * clipped to [0, 1] before use.
 *
 * @throws {InvalidArgumentError} unless `scale > 0` and `lambda >= 0`.
 * @see H. Liu et al., AdaptiveFace, CVPR 2019
 * @example
 * const head = adaptiveFace({ lambda: 20 });
 */
export function adaptiveFace(options: AdaptiveFaceOptions = {}): Head {
  const config = resolveOptions('adaptiveFace', adaptiveFaceOptions, options);
  const { scale, lambda } = config;
  return {
    config: { name: 'adaptiveface', ...config },
    init: (rng, size) => ({
      weight: classWeights(rng, size),
      margin: tf.tensor1d(Float32Array.from({ length: size.classes }, () => rng.uniform(0.3, 0.4))),
    }),
    losses: (params, embeddings, labels) =>
      tf.tidy(() => {
        const weight = checkInputs('adaptiveFace', params, embeddings, labels);
        const margins = checkTensor<tf.Tensor1D>('adaptiveFace', 'params.margin', params, [weight.shape[0]]);
        const clipped = tf.clipByValue(margins, 0, 1);
        const logits = cosineLogits(embeddings, weight, scale);
        const losses = marginCrossEntropy(
          logits,
          labels,
          (logit, margin) => ({
            value: tf.sub(logit, tf.mul(margin!, scale)),
            inputSlopes: [tf.fill([logit.size], -scale)],
          }),
          [tf.gather(clipped, labels)],
        );
        return { losses, logits, penalty: tf.mul(tf.sub(1, tf.mean(clipped)), lambda) };
      }),
  };
}
