import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { additiveAngle } from '../core/additive-angle.ts';
import { lengths } from '../core/annealed-margin.ts';
import { checkInputs, checkRange } from '../core/check.ts';
import { classWeights } from '../core/class-weights.ts';
import { marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import type { Head } from './head.ts';

/** What {@link magFace} takes. */
export interface MagFaceOptions {
  /** s, the radius of the hypersphere. Default 64. */
  scale?: number;
  /** The embedding lengths between which the margin grows. Default 10. */
  lowerLength?: number;
  /** Default 110. */
  upperLength?: number;
  /** The margin at the lower length, radians. Default 0.45. */
  lowerMarginRadians?: number;
  /** The margin at the upper length, radians. Default 0.8. */
  upperMarginRadians?: number;
  /** λ_g, the weight of the penalty that rewards long embeddings. Default 35. */
  lambda?: number;
  /** No margin where `θ > π/2`. Default true, as in the authors' code. */
  easyMargin?: boolean;
}

/**
 * MagFace: ArcFace whose margin grows with the embedding's length `a`, so that length becomes image quality. The target
 * logit is `s·cos(θ + m(a))`, `m` linear between its two ends, `a` clipped to their lengths; the penalty is
 * `λ_g·mean(1/a + a/u²)`, u the upper length. Gradients are exact, through the margin too.
 *
 * @throws {InvalidArgumentError} if an option is out of range or an upper end is not above its lower one.
 * @see Q. Meng et al., MagFace, CVPR 2021
 * @example
 * const head = magFace({ lambda: 20 });
 */
export function magFace(options: MagFaceOptions = {}): Head {
  const config = checked(options);
  const { scale, lambda, lowerLength, upperLength, easyMargin } = config;
  return {
    name: 'magface',
    config,
    init: (rng, size) => ({ weight: classWeights(rng, size) }),
    losses: (params, embeddings, labels) =>
      tf.tidy(() => {
        const weight = checkInputs('magFace', params, embeddings, labels);
        const logits = cosineLogits(embeddings, weight, scale);
        const clipped = tf.clipByValue(lengths(embeddings, 1), lowerLength, upperLength);
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

function marginOf(length: tf.Tensor1D, config: ReturnType<typeof checked>): tf.Tensor1D {
  const { lowerLength, upperLength, lowerMarginRadians, upperMarginRadians } = config;
  const growth = (upperMarginRadians - lowerMarginRadians) / (upperLength - lowerLength);
  return tf.add(tf.mul(tf.sub(length, lowerLength), growth), lowerMarginRadians);
}

function checked({
  scale = 64,
  lowerLength = 10,
  upperLength = 110,
  lowerMarginRadians = 0.45,
  upperMarginRadians = 0.8,
  lambda = 35,
  easyMargin = true,
}: MagFaceOptions) {
  checkRange('magFace', 'scale', scale, { above: 0 });
  checkRange('magFace', 'lowerLength', lowerLength, { above: 0 });
  checkRange('magFace', 'upperLength', upperLength, { above: lowerLength });
  checkRange('magFace', 'lowerMarginRadians', lowerMarginRadians, { from: 0, below: Math.PI });
  checkRange('magFace', 'upperMarginRadians', upperMarginRadians, {
    from: lowerMarginRadians,
    below: Math.PI,
  });
  checkRange('magFace', 'lambda', lambda, { from: 0 });
  const lengths = { lowerLength, upperLength };
  return { scale, ...lengths, lowerMarginRadians, upperMarginRadians, lambda, easyMargin };
}
