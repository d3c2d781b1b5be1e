import { cosineAndSine, cosineLogits, shiftedCosineAndSlope, withoutGradient } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { lengths } from '../core/annealed-margin.ts';
import { checkInputs, checkTensor } from '../core/check.ts';
import { type Margin, marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import { mix } from '../core/mix.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link adaFace}. */
export const adaFaceOptions = optionSpecs({
  scale: { default: 64, above: 0, doc: 's, the radius of the hypersphere' },
  margin: { default: 0.4, from: 0, to: 1, doc: 'm, of angle and cosine, both scaled by the quality' },
  concentration: {
    default: 0.333,
    above: 0,
    doc: "h: 1/h of the quality's standard deviations fill [−1, 1]",
  },
  rate: { default: 0.01, above: 0, to: 1, doc: 'share of a batch that enters the moving averages' },
});

/** Options of {@link adaFace}; {@link optionsOf} has the defaults. */
export type AdaFaceOptions = OptionsOf<typeof adaFaceOptions>;

const EPSILON = 1e-3;

/**
 * AdaFace: a margin whose form depends on image quality, estimated from the embedding's length `a`. With
 * `q = clip(h·(a − μ)/(σ + 0.001), −1, 1)`, the target logit is `s·(cos(θ − m·q) − m − m·q)`, with the angle kept
 * within [0, π]. μ and σ are moving averages of the mean and standard deviation of a, clipped to [0.001, 100]. They
 * start at 20 and 100. No gradient flows through q.
 *
 * @throws {InvalidArgumentError} if an option is out of range, or `statistics` are missing.
 * @see M. Kim et al., AdaFace, CVPR 2022
 * @example
 * const head = adaFace();
 * let statistics = head.initStatistics?.(rng, size);
 */
export function adaFace(options: AdaFaceOptions = {}): Head {
  const config = resolveOptions('adaFace', adaFaceOptions, options);
  const { scale, margin, concentration, rate } = config;
  return {
    config: { name: 'adaface', ...config },
    needsWholeBatch: true,
    init: (rng, size) => ({ weight: classWeights(rng, size) }),
    initStatistics: () => ({ mean: tf.scalar(20), deviation: tf.scalar(100) }),
    losses: (params, embeddings, labels, _step, before) =>
      tf.tidy(() => {
        const weight = checkInputs('adaFace', params, embeddings, labels);
        const logits = cosineLogits(embeddings, weight, scale);
        const length = withoutGradient(() => tf.clipByValue(lengths(embeddings), EPSILON, 100));
        const statistics = {
          mean: moved(checkTensor('adaFace', 'statistics.mean', before, []), tf.mean(length), rate),
          deviation: moved(
            checkTensor('adaFace', 'statistics.deviation', before, []),
            deviationOf(length),
            rate,
          ),
        };
        const distance = tf.sub<tf.Tensor1D>(length, statistics.mean);
        const deviations = tf.div<tf.Tensor1D>(distance, tf.add(statistics.deviation, EPSILON));
        const quality = tf.clipByValue<tf.Tensor1D>(tf.mul(deviations, concentration), -1, 1);
        return {
          losses: marginCrossEntropy(logits, labels, targetLogit(scale, margin, quality)),
          logits,
          statistics,
        };
      }),
  };
}

const moved = (average: tf.Scalar, value: tf.Scalar, rate: number): tf.Scalar =>
  tf.add(tf.mul(value, rate), tf.mul(average, 1 - rate));

/** Computes the standard deviation with n − 1, as the authors' code does. It is 0 for one sample. */
function deviationOf(values: tf.Tensor1D): tf.Scalar {
  const squares = tf.sum<tf.Scalar>(tf.square(tf.sub(values, tf.mean(values))));
  return tf.sqrt(tf.div(squares, Math.max(1, values.size - 1)));
}

const targetLogit =
  (scale: number, margin: number, quality: tf.Tensor1D): Margin =>
  (logit) => {
    const cosine = tf.mul<tf.Tensor1D>(logit, 1 / scale);
    const angle = tf.mul<tf.Tensor1D>(quality, -margin);
    const { value, slope } = shiftedCosineAndSlope(cosine, angle);
    // Outside [0, π] the angle is clipped: below 0 where cos θ > cos(m·q), above π where cos θ < −cos(m·q).
    const [edge, side] = [cosineAndSine(angle).cosine, tf.sign(angle)];
    const outside = tf.mul(tf.abs(side), tf.step(tf.sub(tf.mul(cosine, tf.neg(side)), edge)));
    const clipped = mix(value, tf.neg(side), outside);
    const additive = tf.mul<tf.Tensor1D>(tf.add(quality, 1), margin);
    return { value: tf.mul(tf.sub(clipped, additive), scale), slope: mix(slope, 0, outside) };
  };
