import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Head } from '../heads/head.ts';
import { checkInputs } from './check.ts';
import { classWeights } from './class-weights.ts';
import { type Margin, marginCrossEntropy } from './margin-cross-entropy.ts';

/** A head over scaled cosines `s·cos θ` of normalised embeddings and class weights, with a margin on the target. */
export const cosineHead = (
  name: string,
  config: { scale: number } & Record<string, unknown>,
  margin: Margin,
): Head => ({
  name,
  config,
  init: (rng, size) => ({ weight: classWeights(rng, size) }),
  losses: (params, embeddings, labels) =>
    tf.tidy(() => {
      const weight = checkInputs(name, params, embeddings, labels);
      const logits = cosineLogits(embeddings, weight, config.scale);
      return { losses: marginCrossEntropy(logits, labels, margin), logits };
    }),
});
