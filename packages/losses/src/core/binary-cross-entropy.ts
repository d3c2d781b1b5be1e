import { customGradient } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { addAtLabels, takeLabels } from './label-entries.ts';

/** Weights of the target class and of the other classes. */
export interface BinaryWeights {
  /** Weight of the target. */
  positive: number;
  /** Weight of each other class. */
  negative: number;
}

/**
 * Returns the sum of one binary classification loss per class, `p·softplus(−z_y) + n·Σ_{j≠y} softplus(z_j)`, with
 * `softplus(z) = log(1 + exp z)`. It is exact to the last digit for logits of any size.
 *
 * @param logits `[B, C]` float32. @param labels `[B]` int32.
 * @returns `[B]`, not negative.
 */
export function binaryCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  weights: BinaryWeights,
): tf.Tensor1D {
  checkArguments(
    'binaryCrossEntropy',
    { logits, labels, weights },
    {
      logits: { has: ['shape', 'dtype'] },
      labels: { has: ['shape', 'dtype'] },
      weights: { has: ['positive', 'negative'] },
    },
  );
  const { positive, negative } = weights;
  return customGradient(
    { logits },
    {
      forward: ({ logits }) => {
        const target = takeLabels(logits, labels);
        // Subtracting the target's term from the sum over all classes would cancel the digits of the others.
        const others = addAtLabels(logits, labels, tf.sub(VANISHING, target));
        const losses = tf.add<tf.Tensor1D>(
          tf.mul(softplus(tf.neg(target)), positive),
          tf.mul(tf.sum(softplus(others), 1), negative),
        );
        return { value: losses, saved: { others, target, labels } };
      },
      backward: (dy, { others, target, labels }) => {
        const slopes = tf.mul<tf.Tensor2D>(tf.sigmoid(others), tf.expandDims(tf.mul(dy, negative), 1));
        const own = tf.mul<tf.Tensor1D>(tf.sigmoid(tf.neg(target)), tf.mul(dy, -positive));
        return { logits: addAtLabels(slopes, labels, own) };
      },
    },
  );
}

/** A logit whose softplus is 0 in float32. */
const VANISHING = -200;

/** `log(1 + exp(z))` for z of any size. */
export const softplus = <T extends tf.Tensor>(z: T): T =>
  tf.add(tf.relu(z), tf.log1p(tf.exp(tf.neg(tf.abs(z)))));
