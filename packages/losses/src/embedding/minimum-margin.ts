import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import type { Head } from '../heads/head.ts';
import { type CentreLossOptions, centreLoss } from './centre-loss.ts';
import { centresOf, moveCentres } from './class-centres.ts';
import { distanceLosses, type PairTerms } from './pair-losses.ts';
import { pairsOf } from './pairs.ts';
import { unitIf } from './unit-if.ts';

/** What {@link minimumMargin} takes. */
export interface MinimumMarginOptions {
  /** M, the squared distance from which two centres are far enough apart. Default 1, 60° between unit centres. */
  margin?: number;
  /** β, the weight of the margin term. Default 1. */
  weight?: number;
  /** Of the centre loss that it builds on; `weight` 0.003 and `rate` 0.5 by default, and here `normalize` true. */
  centre?: CentreLossOptions;
}

/**
 * Minimum margin loss: a head with the centre loss and `β·mean max(0, M − ‖c_i − c_j‖²)` added, over the pairs of
 * classes in the batch, so that centres closer than the margin part. A sample's share is its class's terms divided by
 * the class's samples.
 *
 * Centres are statistics, through which no gradient would flow; so the term takes each centre after its move by this
 * batch, which is a function of the batch's embeddings, and its gradient reaches them. This is our reading: the paper
 * prints the loss on centres, works on embeddings of any length (M there follows their scale), and has no public code.
 *
 * @throws {InvalidArgumentError} unless `margin > 0` and `weight >= 0`; as {@link centreLoss} does.
 * @see X. Wei et al., Minimum Margin Loss for Deep Face Recognition, arXiv 1805.06741
 * @example
 * const head = minimumMargin(softmax(), { margin: 1.2 });
 */
export function minimumMargin(head: Head, options: MinimumMarginOptions = {}): Head {
  const { margin = 1, weight = 1 } = options;
  checkRange('minimumMargin', 'margin', margin, { above: 0 });
  checkRange('minimumMargin', 'weight', weight, { from: 0 });
  const centre = { weight: 0.003, rate: 0.5, normalize: true, ...options.centre };
  const centred = centreLoss(head, centre);
  return {
    ...centred,
    name: `${head.name}+minimum-margin`,
    config: { ...head.config, 'minimum-margin': { margin, weight, centre } },
    losses: (params, embeddings, labels, step, statistics) =>
      tf.tidy(() => {
        const result = centred.losses(params, embeddings, labels, step, statistics);
        const compared = unitIf(centre.normalize, embeddings);
        const centres = centresOf('minimumMargin', statistics, embeddings);
        const { after } = moveCentres(centres, compared, labels, centre.rate);
        const added = distanceLosses(after, (squared) => lackOfMargin(squared, labels, margin));
        return { ...result, losses: tf.add<tf.Tensor1D>(result.losses, tf.mul(added, weight)) };
      }),
  };
}

/** The margin term on centres repeated per sample: each pair of classes counts once, however many samples they have. */
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
