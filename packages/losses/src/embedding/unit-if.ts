import { l2Normalize } from '@hm/tensor';
import type * as tf from '@tensorflow/tfjs-core';

/** The embeddings at length 1, or as they are. */
export const unitIf = (normalize: boolean, embeddings: tf.Tensor2D): tf.Tensor2D =>
  normalize ? l2Normalize(embeddings) : embeddings;
