import { cosineLogits, withoutGradient } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkInputs, checkTensor } from '../core/check.ts';
import { takeLabels } from '../core/label-entries.ts';
import { marginCrossEntropy, type OtherMargin } from '../core/margin-cross-entropy.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { arcFaceMargin } from './arc-face.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link curricularFace}. */
export const curricularFaceOptions = optionSpecs({
  scale: { default: 64, above: 0, doc: 's, the radius of the hypersphere' },
  marginRadians: { default: 0.5, from: 0, below: Math.PI, doc: "m, added to the target's angle, radians" },
  rate: { default: 0.01, above: 0, to: 1, doc: 'share of a batch that enters the moving average t' },
});

/** Options of {@link curricularFace}; {@link optionsOf} has the defaults. */
export type CurricularFaceOptions = OptionsOf<typeof curricularFaceOptions>;

/**
 * CurricularFace: ArcFace that weighs classes mistaken for the target more and more as training progresses. Where
 * `cos θ_j` exceeds the target's cosine after the margin, it becomes `cos θ_j·(t + cos θ_j)`. Here t is the moving
 * average of the targets' cosines, `statistics.t` `[]`, which starts at 0. Gradients are exact.
 *
 * @throws {InvalidArgumentError} if an option is out of range, or `statistics` are missing.
 * @see Y. Huang et al., CurricularFace, CVPR 2020
 * @example
 * const head = curricularFace();
 * let statistics = head.initStatistics?.(rng, size);
 */
export function curricularFace(options: CurricularFaceOptions = {}): Head {
  const config = resolveOptions('curricularFace', curricularFaceOptions, options);
  const { scale, rate } = config;
  const margin = arcFaceMargin({ ...config, marginGradient: 'exact' });
  return {
    config: { name: 'curricularface', ...config },
    needsWholeBatch: true,
    init: (rng, size) => ({ weight: classWeights(rng, size) }),
    initStatistics: () => ({ t: tf.scalar(0) }),
    losses: (params, embeddings, labels, _step, statistics) =>
      tf.tidy(() => {
        const weight = checkInputs('curricularFace', params, embeddings, labels);
        const before = checkTensor<tf.Scalar>('curricularFace', 'statistics.t', statistics, []);
        const logits = cosineLogits(embeddings, weight, scale);
        const t = withoutGradient(() => {
          const cosine = tf.mul(tf.mean(takeLabels(logits, labels)), rate / scale);
          return tf.add<tf.Scalar>(tf.mul(before, 1 - rate), cosine);
        });
        const losses = marginCrossEntropy(logits, labels, margin, [], modulated(scale, t));
        return { losses, logits, statistics: { t } };
      }),
  };
}

/** Replaces each logit z that is above the target's logit by `z·(t + z/s)`. */
const modulated =
  (scale: number, t: tf.Scalar): OtherMargin =>
  (logits, target) => {
    const hard = tf.step(tf.sub(logits, tf.expandDims(target, 1)));
    const cosines = tf.mul(logits, 1 / scale);
    const factor = (times: number) => tf.add(tf.mul(tf.sub(tf.add(tf.mul(cosines, times), t), 1), hard), 1);
    return { value: tf.mul(logits, factor(1)), slope: factor(2) as tf.Tensor2D };
  };
