import { cosineLogits, shiftedCosineAndSlope } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { additiveAngle } from '../core/additive-angle.ts';
import { checkInputs } from '../core/check.ts';
import {
  type Margin,
  marginCrossEntropy,
  type OtherLogits,
  type OtherMargin,
} from '../core/margin-cross-entropy.ts';
import { mix } from '../core/mix.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link mvSoftmax}. */
export const mvSoftmaxOptions = optionSpecs({
  scale: { default: 32, above: 0, doc: 's, the radius of the hypersphere' },
  margin: {
    default: 0.35,
    from: 0,
    to: 1,
    doc: "m: taken from the target's cosine, or added to its angle (radians) if angular",
  },
  weight: { default: 1.12, from: 1, doc: 't, how much a class that is mistaken for the target weighs' },
  kind: {
    default: 'additive',
    choices: ['additive', 'angular'],
    doc: 'MV-AM: cos θ − m where cos θ > m. MV-Arc: cos(θ + m) where cos θ > 0',
  },
});

/** Options of {@link mvSoftmax}; {@link optionsOf} has the defaults. */
export type MvSoftmaxOptions = OptionsOf<typeof mvSoftmaxOptions>;

/**
 * MV-Softmax (mis-classified vector guided softmax): AM-Softmax or ArcFace with one change. The cosine of a class that
 * exceeds the target's cosine, margin included, becomes `t·cos θ_j + t − 1`. Small cosines of the target keep their
 * value, as in the reference code. Gradients are exact.
 *
 * @throws {InvalidArgumentError} unless `scale > 0`, `0 <= margin <= 1` and `weight >= 1`.
 * @see X. Wang et al., Mis-classified vector guided softmax loss, AAAI 2020
 * @example
 * const head = mvSoftmax({ kind: 'angular', margin: 0.5 });
 */
export function mvSoftmax(options: MvSoftmaxOptions = {}): Head {
  const config = resolveOptions('mvSoftmax', mvSoftmaxOptions, options);
  const { scale, margin, weight: t } = config;
  const withMargin = { additive, angular }[config.kind];
  return {
    config: { name: 'mv-softmax', ...config },
    init: (rng, size) => ({ weight: classWeights(rng, size) }),
    losses: (params, embeddings, labels) =>
      tf.tidy(() => {
        const weight = checkInputs('mvSoftmax', params, embeddings, labels);
        const logits = cosineLogits(embeddings, weight, scale);
        const { target, others } = withMargin(scale, margin, t);
        return { losses: marginCrossEntropy(logits, labels, target, [], others), logits };
      }),
  };
}

/** The margin on the target, and the change to classes whose logit exceeds the target's logit with the full margin. */
interface Margins {
  target: Margin;
  others: OtherMargin;
}

const additive = (scale: number, margin: number, t: number): Margins => {
  const shifted = (logit: tf.Tensor1D) => tf.sub<tf.Tensor1D>(logit, scale * margin);
  return {
    target: (logit) => ({ value: mix(logit, shifted(logit), tf.step(shifted(logit))) }),
    others: (logits, _target, plain) => weighted(logits, shifted(plain), scale, t),
  };
};

const angular = (scale: number, margin: number, t: number): Margins => {
  const angle = (logit: tf.Tensor1D, easy: boolean) =>
    additiveAngle(tf.mul<tf.Tensor1D>(logit, 1 / scale), margin, easy);
  return {
    target: (logit) => {
      const { value, slope } = angle(logit, true);
      return { value: tf.mul(value, scale), slope };
    },
    others: (logits, _target, plain) =>
      weighted(
        logits,
        tf.mul(shiftedCosineAndSlope(tf.mul(plain, 1 / scale), margin).value, scale),
        scale,
        t,
      ),
  };
};

/** Replaces each logit z that is above the threshold by `t·z + s·(t − 1)`. */
function weighted(logits: tf.Tensor2D, threshold: tf.Tensor1D, scale: number, t: number): OtherLogits {
  const hard = tf.mul<tf.Tensor2D>(tf.step(tf.sub(logits, tf.expandDims(threshold, 1))), t - 1);
  return { value: tf.add(logits, tf.mul(hard, tf.add(logits, scale))), slope: tf.add(hard, 1) };
}
