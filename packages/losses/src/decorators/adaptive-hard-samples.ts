import { customGradient } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { decorate } from './decorate.ts';

/** Specifications of the options of {@link adaptiveHardSamples}. */
export const adaptiveHardSamplesOptions = optionSpecs({
  deviations: {
    default: 0,
    doc: "k: samples count whose hard level is k standard deviations above the batch's mean, or more",
  },
});

/** Options of {@link adaptiveHardSamples}; {@link optionsOf} has the defaults. */
export type AdaptiveHardSamplesOptions = OptionsOf<typeof adaptiveHardSamplesOptions>;

/**
 * Adaptive hard-sample mining: returns a head that learns only from the hard samples of a batch. The hard level of a
 * sample is `1 − exp(−L)`, one minus the probability of its label. The threshold adapts to the batch: it is the mean of
 * the levels plus k standard deviations, but at most the highest level. Losses below it become 0. The n others are
 * multiplied by B/n, so that the mean over the batch is the mean over the kept samples.
 *
 * This is our reading of the paper, of which we know only the abstract. It says that a hard level comes from prediction
 * and label, and that an adaptive threshold picks the samples, but gives no formulas.
 *
 * @throws {InvalidArgumentError} if `deviations` is not a number.
 * @see K. Chen et al., Improving Person Re-identification by Adaptive Hard Sample Mining, ICIP 2018
 * @example
 * const head = adaptiveHardSamples(cosFace());
 */
export function adaptiveHardSamples(head: Head, options: AdaptiveHardSamplesOptions = {}): Head {
  const config = resolveOptions('adaptiveHardSamples', adaptiveHardSamplesOptions, options);
  checkArguments('adaptiveHardSamples', { head }, { head: { has: ['config', 'init'] } });
  return decorate(head, {
    config: { name: 'adaptive-hard-samples', ...config },
    change: (result) => ({ ...result, losses: keepHard(result.losses, config.deviations) }),
    comparesSamples: true,
  });
}

const keepHard = (losses: tf.Tensor1D, deviations: number): tf.Tensor1D =>
  customGradient(
    { losses },
    {
      forward: ({ losses }) => {
        const weights = hardWeights(losses, deviations);
        return { value: tf.mul<tf.Tensor1D>(losses, weights), saved: { weights } };
      },
      backward: (dy, { weights }) => ({ losses: tf.mul(dy, weights) }),
    },
  );

/** Returns B/n for the n samples at or above the threshold and 0 for the others. */
function hardWeights(losses: tf.Tensor1D, deviations: number): tf.Tensor {
  const levels = tf.sub(1, tf.exp(tf.neg(losses)));
  const { mean, variance } = tf.moments(levels);
  const threshold = tf.add(mean, tf.mul(tf.sqrt(variance), deviations));
  const kept = tf.cast(tf.greaterEqual(levels, tf.minimum(threshold, tf.max(levels))), 'float32');
  return tf.mul(kept, tf.div(losses.size, tf.sum(kept)));
}
