import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { customGradient } from './custom-gradient.ts';

const EPSILON = 1e-12;

/**
 * Multiplies embeddings by class weights of length 1: `logits[i, j] = x_i·w_j / ‖w_j‖ = ‖x_i‖·cos θ_ij`. The normalized
 * weights are never computed (with many classes they are the largest tensor): the products are divided instead. With
 * `limit`, rounding errors beyond ±limit are clipped, and the gradient passes as if they had not been. Value and
 * gradient are finite at zero vectors.
 *
 * @param embeddings `[B, D]` float32. @param weight `[C, D]` float32, a class per row, any length.
 * @returns `[B, C]`.
 * @example
 * const logits = unitWeightLogits(tf.tensor2d([[2, 0]]), tf.tensor2d([[3, 0], [0, 1], [1, 0]])); // [[2, 0, 2]]
 */
export function unitWeightLogits(embeddings: tf.Tensor2D, weight: tf.Tensor2D, limit?: number): tf.Tensor2D {
  checkArguments(
    'unitWeightLogits',
    { embeddings, weight },
    { embeddings: { has: ['shape', 'dtype'] }, weight: { has: ['shape', 'dtype'] } },
  );
  return customGradient(
    { embeddings, weight },
    {
      forward: ({ embeddings, weight }) => {
        const inverseLength = tf.rsqrt(tf.add(tf.sum(tf.square(weight), 1), EPSILON));
        const products = tf.mul<tf.Tensor2D>(tf.matMul(embeddings, weight, false, true), inverseLength);
        const logits = limit === undefined ? products : tf.clipByValue(products, -limit, limit);
        return { value: logits, saved: { embeddings, weight, inverseLength, logits } };
      },
      backward: (dy, { embeddings, weight, inverseLength, logits }) => {
        const scaled = tf.mul<tf.Tensor2D>(dy, inverseLength);
        const radial = tf.mul(tf.sum(tf.mul(scaled, logits), 0), inverseLength);
        return {
          embeddings: tf.matMul(scaled, weight),
          weight: tf.sub(tf.matMul(scaled, embeddings, true), tf.mul(weight, tf.expandDims(radial, 1))),
        };
      },
    },
  );
}
