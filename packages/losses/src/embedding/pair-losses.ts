import { customGradient } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { diagonal } from './pairs.ts';

/** Losses `[B]` (or `[1]`, one for the batch), and how each answers to the measure of every pair in its row. */
export interface PairTerms {
  losses: tf.Tensor1D;
  /** `[B, B]`: the derivative of `losses[i]` (or of the one loss) with respect to the measure of pair (i, j). */
  slopes: tf.Tensor2D;
}

/** A loss as a function of the pairs' measures `[B, B]`. It runs untaped: it may compare and select. */
export type PairRule = (measures: tf.Tensor2D) => PairTerms;

/** How two vectors compare, and the gradient of the rows given that of every pair, made symmetric. */
interface Measure {
  /** The rows at a place where comparing them is most exact. */
  placed(rows: tf.Tensor2D): tf.Tensor2D;
  of(rows: tf.Tensor2D): tf.Tensor2D;
  backward(symmetric: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D;
}

const products: Measure = {
  placed: (rows) => rows,
  of: (rows) => tf.matMul(rows, rows, false, true),
  backward: (symmetric, rows) => tf.matMul(symmetric, rows),
};

const squaredDistances: Measure = {
  // Distances do not change, and rounding is that of the spread of the batch instead of that of its size.
  placed: (rows) => tf.sub(rows, tf.mean(rows, 0, true)),
  of: (rows) => {
    const gram = products.of(rows);
    // Lengths from the same product, so that equal rows are exactly 0 apart.
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
 * A loss over the squared Euclidean distances of all pairs of rows, differentiable with respect to the rows. The
 * distances come from one matrix product, so memory is `[B, B]` whatever the length of an embedding.
 */
export const distanceLosses = overPairs(squaredDistances);

/** A loss over the inner products of all pairs of rows (cosines, if the rows have length 1). */
export const productLosses = overPairs(products);

// Closer pairs have no direction in float32; their slope is held at this distance's, so that it stays finite at 0.
const LEAST_DISTANCE = 1e-4;

/** `d = √(d²)` of squared distances, and its derivative with respect to d², `1/(2d)`. Not differentiable. */
export function distanceAndSlope(squared: tf.Tensor2D): { distance: tf.Tensor2D; slope: tf.Tensor2D } {
  const distance = tf.sqrt(squared);
  return { distance, slope: tf.div(0.5, tf.maximum(distance, LEAST_DISTANCE)) };
}
