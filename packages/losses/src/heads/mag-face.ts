import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { additiveAngle } from '../core/additive-angle.ts';
import { lengths } from '../core/annealed-margin.ts';
import { checkInputs } from '../core/check.ts';
import { marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import { assertRange, type ConfigOf, type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link magFace}. */
export const magFaceOptions = optionSpecs({
  scale: { default: 64, above: 0, doc: 's, the radius of the hypersphere' },
  lowerLength: { default: 10, above: 0, doc: 'embedding length from which on the margin grows' },
  upperLength: { default: 110, above: 0, doc: 'u, the embedding length up to which the margin grows' },
  lowerMarginRadians: { default: 0.45, from: 0, below: Math.PI, doc: 'margin at the lower length, radians' },
  upperMarginRadians: { default: 0.8, from: 0, below: Math.PI, doc: 'margin at the upper length, radians' },
  lambda: { default: 35, from: 0, doc: 'λ_g, the weight of the penalty that rewards long embeddings' },
  easyMargin: { default: true, doc: "no margin where θ > π/2, as in the authors' code" },
});

/** Options of {@link magFace}; {@link optionsOf} has the defaults. */
export type MagFaceOptions = OptionsOf<typeof magFaceOptions>;

/**
 * MagFace: ArcFace with a margin that grows with the embedding's length `a`, so that the length measures image quality.
 * The target logit is `s·cos(θ + m(a))`, where `m` is linear between the lower and the upper margin and `a` is clipped
 * to their lengths. The penalty is `λ_g·mean(1/a + a/u²)`, where u is the upper length. Gradients are exact and also
 * flow through the margin.
 *
 * @throws {InvalidArgumentError} if an option is out of range or an upper limit is not above its lower limit.
 * @see Q. Meng et al., MagFace, CVPR 2021
 * @example
 * const head = magFace({ lambda: 20 });
 */
export function magFace(options: MagFaceOptions = {}): Head {
  const config = resolveOptions('magFace', magFaceOptions, options);
  const { scale, lambda, lowerLength, upperLength, easyMargin, lowerMarginRadians, upperMarginRadians } =
    config;
  assertRange('magFace', 'upperLength', upperLength, { above: lowerLength });
  assertRange('magFace', 'upperMarginRadians', upperMarginRadians, {
    from: lowerMarginRadians,
    below: Math.PI,
  });
  return {
    config: { name: 'magface', ...config },
    init: (rng, size) => ({ weight: classWeights(rng, size) }),
    losses: (params, embeddings, labels) =>
      tf.tidy(() => {
        const weight = checkInputs('magFace', params, embeddings, labels);
        const logits = cosineLogits(embeddings, weight, scale);
        const clipped = tf.clipByValue(lengths(embeddings), lowerLength, upperLength);
        const losses = marginCrossEntropy(
          logits,
          labels,
          (logit, margin) => {
            const angle = additiveAngle(tf.mul(logit, 1 / scale), margin!, easyMargin);
            const { value, slope, marginSlope } = angle;
            return { value: tf.mul(value, scale), slope, inputSlopes: [tf.mul(marginSlope, scale)] };
          },
          [marginOf(clipped, config)],
        );
        const reward = tf.add(tf.reciprocal(clipped), tf.mul(clipped, upperLength ** -2));
        return { losses, logits, penalty: tf.mul(tf.mean<tf.Scalar>(reward), lambda) };
      }),
  };
}

function marginOf(length: tf.Tensor1D, config: ConfigOf<typeof magFaceOptions>): tf.Tensor1D {
  const { lowerLength, upperLength, lowerMarginRadians, upperMarginRadians } = config;
  const growth = (upperMarginRadians - lowerMarginRadians) / (upperLength - lowerLength);
  return tf.add(tf.mul(tf.sub(length, lowerLength), growth), lowerMarginRadians);
}
