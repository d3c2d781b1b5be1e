import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import type { Head, HeadResult } from '../heads/head.ts';
import { wrapHead } from './wrap-head.ts';

/** What {@link adaptiveHardSamples} takes. */
export interface AdaptiveHardSamplesOptions {
  /** k: samples count whose hard level is k standard deviations above the batch's mean, or more. Default 0. */
  deviations?: number;
}

/**
 * Adaptive hard-sample mining: a head of which only the batch's hard samples learn. The hard level of a sample is
 * `1 − exp(−L)`, one minus the probability of its label; the threshold adapts to the batch: mean plus k standard
 * deviations of the levels, at most the highest one. Losses below it are 0, the others times B/n for the n kept, so that
 * the mean is over those.
 *
 * This is a reading: of the paper we know the abstract, which says that a hard level comes from prediction and label,
 * and that an adaptive threshold picks the samples; not its formulas.
 *
 * @throws {InvalidArgumentError} if `deviations` is no number.
 * @see K. Chen et al., Improving Person Re-identification by Adaptive Hard Sample Mining, ICIP 2018
 * @example
 * const head = adaptiveHardSamples(cosFace());
 */
export function adaptiveHardSamples(head: Head, options: AdaptiveHardSamplesOptions = {}): Head {
  const { deviations = 0 } = options;
  checkRange('adaptiveHardSamples', 'deviations', deviations, { from: -Infinity });
  const change = (result: HeadResult) => ({ ...result, losses: keepHard(result.losses, deviations) });
  return wrapHead(head, 'adaptive-', { adaptive: { deviations } }, change, true);
}

function keepHard(losses: tf.Tensor1D, deviations: number): tf.Tensor1D {
  return tf.customGrad((input, save) => {
    const weights = hardWeights(input as tf.Tensor1D, deviations);
    (save as tf.GradSaveFunc)([weights]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, saved[0] as tf.Tensor);
    return { value: tf.mul(input as tf.Tensor, weights), gradFunc };
  })(losses) as tf.Tensor1D;
}

/** B/n for the n samples at or above the threshold, 0 for the others. */
function hardWeights(losses: tf.Tensor1D, deviations: number): tf.Tensor {
  const levels = tf.sub(1, tf.exp(tf.neg(losses)));
  const { mean, variance } = tf.moments(levels);
  const threshold = tf.add(mean, tf.mul(tf.sqrt(variance), deviations));
  const kept = tf.cast(tf.greaterEqual(levels, tf.minimum(threshold, tf.max(levels))), 'float32');
  return tf.mul(kept, tf.div(losses.size, tf.sum(kept)));
}
