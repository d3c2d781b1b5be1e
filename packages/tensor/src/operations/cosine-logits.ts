import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { l2Normalize } from './l2-normalize.ts';
import { unitWeightLogits } from './unit-weight-logits.ts';

/**
 * Returns the scaled cosines between embeddings and class weights: `s·cos θ_ij = s·x_i·w_j / (‖x_i‖·‖w_j‖)`, within
 * [-s, s]. A zero vector has cosine 0 with everything; the gradient is finite there too.
 *
 * @param embeddings `[B, D]` float32, any length.
 * @param weight `[C, D]` float32, a class per row, any length.
 * @param scale the factor s, by default 1; it needs no extra pass over `[B, C]`.
 * @returns `[B, C]`.
 * @example
 * const cosines = cosineLogits(tf.tensor2d([[2, 0]]), tf.tensor2d([[3, 0], [0, 1], [1, 0]])); // [[1, 0, 1]]
 */
export function cosineLogits(embeddings: tf.Tensor2D, weight: tf.Tensor2D, scale = 1): tf.Tensor2D {
  checkArguments(
    'cosineLogits',
    { embeddings, weight },
    { embeddings: { has: ['shape', 'dtype'] }, weight: { has: ['shape', 'dtype'] } },
  );
  const unit = l2Normalize(embeddings, 1);
  return unitWeightLogits(scale === 1 ? unit : tf.mul(unit, scale), weight, scale);
}
