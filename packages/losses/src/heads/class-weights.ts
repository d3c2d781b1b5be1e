import type { Rng } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import type { HeadSize } from '../head.ts';

const STANDARD_DEVIATION = 0.01;

/**
 * Returns class weights `[C, D]` for your own head, drawn from N(0, 0.01²) as in ArcFace's training code.
 *
 * @returns a new tensor; the caller disposes of it.
 */
export function classWeights(rng: Rng, size: HeadSize): tf.Tensor2D {
  checkArguments(
    'classWeights',
    { rng, size },
    { rng: { has: ['state', 'uniform'] }, size: { has: ['classes', 'embeddingSize'] } },
  );
  const { classes, embeddingSize } = size;
  const values = new Float32Array(embeddingSize * classes);
  for (let i = 0; i < values.length; i++) values[i] = rng.normal(0, STANDARD_DEVIATION);
  return tf.tensor2d(values, [classes, embeddingSize]);
}
