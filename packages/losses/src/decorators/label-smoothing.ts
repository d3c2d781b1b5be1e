import { InvalidArgumentError, relu } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { labelMask } from '../core/label-entries.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head, HeadResult } from '../head.ts';
import { decorate } from './decorate.ts';

/** Specifications of the options of {@link labelSmoothing}. */
export const labelSmoothingOptions = optionSpecs({
  share: {
    default: 0.1,
    from: 0,
    below: 1,
    doc: 'share of the target that is spread evenly over all classes',
  },
});

/** Options of {@link labelSmoothing}; {@link optionsOf} has the defaults. */
export type LabelSmoothingOptions = OptionsOf<typeof labelSmoothingOptions>;

/**
 * Wraps a head whose losses are cross-entropies and smooths its targets: `1 − share` goes to the sample's own class,
 * and `share` is spread evenly over all classes. The loss of a sample is the divergence from those targets,
 * `L + share·(z_y − mean(z)) − H`, where L is the head's loss, z its logits without margin and H the entropy of the
 * targets.
 *
 * With softmax the gradient is that of smoothed cross-entropy. H is subtracted so that the minimum of the loss is still
 * 0. Hard mining, which wraps this head, can then still tell easy samples from hard ones.
 *
 * @throws {InvalidArgumentError} if the share is out of range. `losses` throws it if the head has no logits.
 * @see C. Szegedy et al., Rethinking the Inception architecture for computer vision, CVPR 2016
 * @example
 * const head = hardMining(labelSmoothing(arcFace(), { share: 0.1 }));
 */
export function labelSmoothing(head: Head, options: LabelSmoothingOptions = {}): Head {
  const config = resolveOptions('labelSmoothing', labelSmoothingOptions, options);
  checkArguments('labelSmoothing', { head }, { head: { has: ['config', 'init'] } });
  return decorate(head, {
    config: { name: 'label-smoothing', ...config },
    change: (result, labels) => ({
      ...result,
      losses: smoothed(result.losses, logitsOf(head, result), labels, config.share),
    }),
  });
}

function logitsOf(head: Head, { logits }: HeadResult): tf.Tensor2D {
  if (logits !== undefined) return logits;
  throw new InvalidArgumentError({
    where: 'labelSmoothing',
    expected: 'a head that scores classes',
    received: head.config.name,
    fix: 'Smooth the labels of a head of cross-entropies, such as ce or arcface.',
  });
}

function smoothed(losses: tf.Tensor1D, logits: tf.Tensor2D, labels: tf.Tensor1D, share: number): tf.Tensor1D {
  const classes = logits.shape[1];
  const own = labelMask(labels, classes);
  const pull = tf.sum<tf.Tensor1D>(tf.mul(logits, tf.sub(own, 1 / classes)), 1);
  // Rounding must not take a loss below 0, where the losses that wrap this one are not defined.
  return relu(tf.add(losses, tf.sub(tf.mul(pull, share), entropy(share, classes))));
}

function entropy(share: number, classes: number): number {
  const [others, own] = [share / classes, 1 - share + share / classes];
  return share === 0 ? 0 : -(own * Math.log(own) + (classes - 1) * others * Math.log(others));
}
