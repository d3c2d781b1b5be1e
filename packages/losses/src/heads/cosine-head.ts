import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkInputs } from '../core/check.ts';
import { type Margin, marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import type { Head, HeadConfig } from '../head.ts';
import { classWeights } from './class-weights.ts';

/**
 * Makes a head with a margin on the target. Its logits are the scaled cosines `s·cos θ` of normalized embeddings and
 * class weights.
 *
 * @param config the head's name, its scale s, and anything else that a checkpoint should record.
 * @example
 * // CosFace in one line: the target's logit is s·(cos θ − 0.35).
 * const head = cosineHead({ name: 'mine', scale: 64 }, (logit) => ({ value: tf.sub(logit, 64 * 0.35) }));
 */
export const cosineHead = (config: HeadConfig & { scale: number }, margin: Margin): Head => ({
  config,
  init: (rng, size) => ({ weight: classWeights(rng, size) }),
  losses: (params, embeddings, labels) =>
    tf.tidy(() => {
      const weight = checkInputs(config.name, params, embeddings, labels);
      const logits = cosineLogits(embeddings, weight, config.scale);
      return { losses: marginCrossEntropy(logits, labels, margin), logits };
    }),
});
