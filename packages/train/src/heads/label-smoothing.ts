import type { Head } from '@hm/losses';
import { InvalidArgumentError, relu } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

/**
 * A head of cross-entropies whose targets are smoothed: `1 − share` for the own class, and `share` spread evenly over
 * all. The loss of a sample is the divergence from those targets,
 * `L + share·(z_y − mean(z)) − H`, where L is the head's loss, z its logits without margin and H the entropy of the targets.
 *
 * With softmax the gradient is that of smoothed cross-entropy. H is subtracted so that the loss still ends at 0: hard
 * mining, which is put around this head, goes on telling easy samples from hard ones, sample by sample.
 *
 * @param share from 0 to below 1; 0.1 is usual.
 * @throws {InvalidArgumentError} if the share is out of range; from `losses`, if the head scores no classes.
 * @see C. Szegedy et al., Rethinking the Inception architecture for computer vision, CVPR 2016
 * @example
 * const head = hardMining(labelSmoothing(arcFace(), 0.1));
 */
export function labelSmoothing(head: Head, share: number): Head {
  if (!(share >= 0 && share < 1)) throw invalid('a share from 0 to below 1', share);
  return {
    ...head,
    name: `smooth-${head.name}`,
    config: { ...head.config, labelSmoothing: share },
    losses: (...inputs) =>
      tf.tidy(() => {
        const result = head.losses(...inputs);
        const [, , labels] = inputs;
        if (result.logits === undefined) throw invalid('a head that scores classes', head.name);
        return { ...result, losses: smoothed(result.losses, result.logits, labels, share) };
      }),
  };
}

function smoothed(losses: tf.Tensor1D, logits: tf.Tensor2D, labels: tf.Tensor1D, share: number): tf.Tensor1D {
  const classes = logits.shape[1];
  const own = tf.cast(tf.oneHot(labels, classes), 'float32');
  const pull = tf.sum<tf.Tensor1D>(tf.mul(logits, tf.sub(own, 1 / classes)), 1);
  // Rounding must not take a loss below 0, where losses around this one have no value.
  return relu(tf.add(losses, tf.sub(tf.mul(pull, share), entropy(share, classes))));
}

function entropy(share: number, classes: number): number {
  const [others, own] = [share / classes, 1 - share + share / classes];
  return share === 0 ? 0 : -(own * Math.log(own) + (classes - 1) * others * Math.log(others));
}

const invalid = (expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: 'labelSmoothing',
    expected,
    received,
    fix: 'Smooth the labels of a head of cross-entropies, by 0.1 for example.',
  });
