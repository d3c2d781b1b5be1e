import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { centerLoss, centerLossOptions } from './center-loss.ts';
import { centersOf, moveCenters } from './class-centers.ts';
import { unitIf } from './embedding-loss.ts';
import { distanceLosses, type PairTerms } from './pair-losses.ts';
import { pairsOf } from './pairs.ts';

/** Specifications of the options of {@link minimumMargin}. */
export const minimumMarginOptions = optionSpecs({
  // 60° between unit centers.
  margin: {
    default: 1,
    above: 0,
    doc: 'M, the squared distance from which two centers are far enough apart',
  },
  weight: { default: 1, from: 0, doc: 'β, the weight of the margin term' },
  centerWeight: { ...centerLossOptions.weight, doc: 'weight of the center loss that it builds on' },
  rate: centerLossOptions.rate,
  normalize: { default: true, doc: 'compares unit vectors instead of the embeddings as they are' },
});

/** Options of {@link minimumMargin}; {@link optionsOf} has the defaults. */
export type MinimumMarginOptions = OptionsOf<typeof minimumMarginOptions>;

/**
 * Minimum margin loss: adds the center loss and `β·mean max(0, M − ‖c_i − c_j‖²)` to a head. The mean is over the pairs
 * of classes in the batch. The term pushes centers apart that are closer than the margin. The terms of a class are
 * divided evenly among its samples.
 *
 * Centers are statistics, and no gradient flows through statistics. The term therefore uses each center after its
 * update by this batch, which is a function of the batch's embeddings, so the gradient reaches them. This is our
 * reading: the paper states the loss on centers, uses embeddings of any length (its M follows their scale), and has no
 * public code.
 *
 * @throws {InvalidArgumentError} unless `margin > 0` and `weight >= 0`, and where {@link centerLoss} does.
 * @see X. Wei et al., Minimum Margin Loss for Deep Face Recognition, arXiv 1805.06741
 * @example
 * const head = minimumMargin(softmax(), { margin: 1.2 });
 */
export function minimumMargin(head: Head, options: MinimumMarginOptions = {}): Head {
  const config = resolveOptions('minimumMargin', minimumMarginOptions, options);
  checkArguments('minimumMargin', { head }, { head: { has: ['config', 'init'] } });
  const { margin, weight, centerWeight, rate, normalize } = config;
  const centered = centerLoss(head, { weight: centerWeight, rate, normalize });
  return {
    ...centered,
    config: { name: 'minimum-margin', ...config, of: head.config },
    of: head,
    losses: (params, embeddings, labels, step, statistics) =>
      tf.tidy(() => {
        const result = centered.losses(params, embeddings, labels, step, statistics);
        const compared = unitIf(normalize, embeddings);
        const centers = centersOf('minimumMargin', statistics, embeddings);
        const { after } = moveCenters(centers, compared, labels, rate);
        const added = distanceLosses(after, (squared) => lackOfMargin(squared, labels, margin));
        return { ...result, losses: tf.add<tf.Tensor1D>(result.losses, tf.mul(added, weight)) };
      }),
  };
}

/** The margin term on centers repeated per sample. Each pair of classes counts once, whatever its number of samples. */
function lackOfMargin(squared: tf.Tensor2D, labels: tf.Tensor1D, margin: number): PairTerms {
  const { negative } = pairsOf(labels);
  const share = tf.div(1, tf.sub(labels.size, tf.sum(negative, 1)));
  const classes = tf.sum(share);
  const scale = tf.div(labels.size, tf.maximum(tf.mul(classes, tf.sub(classes, 1)), 1));
  const weights = tf.mul(tf.mul(tf.expandDims(share, 1), tf.expandDims(share, 0)), tf.mul(negative, scale));
  const lack = tf.sub(margin, squared);
  const active = tf.mul<tf.Tensor2D>(weights, tf.step(lack));
  return { losses: tf.sum(tf.mul(active, lack), 1), slopes: tf.neg(active) };
}
