import { customGradient } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { diagonal } from './pairs.ts';

/** Losses and their derivatives with respect to the measures of the pairs. */
export interface PairTerms {
  /** `[B]`, or `[1]` for one loss for the batch. */
  losses: tf.Tensor1D;
  /** `[B, B]`: the derivative of `losses[i]` (or of the one loss) with respect to the measure of pair (i, j). */
  slopes: tf.Tensor2D;
}

/** Computes losses from the pairs' measures `[B, B]`. tfjs does not record it for gradients, so it may compare. */
export type PairRule = (measures: tf.Tensor2D) => PairTerms;

/** A measure of how two vectors compare, and its gradient. */
interface Measure {
  /** Shifts the rows so that rounding is smallest when they are compared. */
  placed(rows: tf.Tensor2D): tf.Tensor2D;
  /** Computes the measure of every pair of rows. */
  of(rows: tf.Tensor2D): tf.Tensor2D;
  /** Computes the gradient of the rows from the gradient of every pair, made symmetric. */
  backward(symmetric: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D;
}

const products: Measure = {
  placed: (rows) => rows,
  of: (rows) => tf.matMul(rows, rows, false, true),
  backward: (symmetric, rows) => tf.matMul(symmetric, rows),
};

const squaredDistances: Measure = {
  // Distances do not change, and rounding errors scale with the spread of the batch instead of its magnitude.
  placed: (rows) => tf.sub(rows, tf.mean(rows, 0, true)),
  of: (rows) => {
    const gram = products.of(rows);
    // The lengths come from the same product, so that equal rows are exactly 0 apart.
    const squares = tf.sum(tf.mul(gram, diagonal(rows.shape[0])), 1);
    const both = tf.add(tf.expandDims(squares, 1), tf.expandDims(squares, 0));
    return tf.relu(tf.sub<tf.Tensor2D>(both, tf.mul(gram, 2)));
  },
  backward: (symmetric, rows) => {
    const total = tf.sum(symmetric, 1, true);
    return tf.mul<tf.Tensor2D>(tf.sub(tf.mul(rows, total), tf.matMul(symmetric, rows)), 2);
  },
};

const overPairs =
  (measure: Measure) =>
  (embeddings: tf.Tensor2D, rule: PairRule): tf.Tensor1D =>
    customGradient(
      { embeddings },
      {
        forward: ({ embeddings }) => {
          const rows = measure.placed(embeddings);
          const { losses, slopes } = rule(measure.of(rows));
          return { value: losses, saved: { rows, slopes } };
        },
        backward: (dy, { rows, slopes }) => {
          const upstream = tf.mul<tf.Tensor2D>(tf.expandDims(dy, 1), slopes);
          return { embeddings: measure.backward(tf.add(upstream, tf.transpose(upstream)), rows) };
        },
      },
    );

/**
 * Computes a loss over the squared Euclidean distances of all pairs of rows, differentiable with respect to the rows.
 * The distances come from one matrix product, so it needs `[B, B]` memory whatever the length of an embedding.
 */
export const distanceLosses = overPairs(squaredDistances);

/** Computes a loss over the inner products of all pairs of rows (cosines, if the rows have length 1). */
export const productLosses = overPairs(products);

// Closer pairs have no direction in float32. They get the slope of this distance, so that it stays finite at 0.
const LEAST_DISTANCE = 1e-4;

/** Returns `d = √(d²)` and its derivative with respect to d², `1/(2d)`. Not differentiable. */
export function distanceAndSlope(squared: tf.Tensor2D): { distance: tf.Tensor2D; slope: tf.Tensor2D } {
  const distance = tf.sqrt(squared);
  return { distance, slope: tf.div(0.5, tf.maximum(distance, LEAST_DISTANCE)) };
}
