// For its side effect: it registers the gradients that tfjs-core lacks under Node.
import '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { addAtLabels, takeLabels } from './label-entries.ts';

/** How much the two kinds of class weigh. */
export interface BinaryWeights {
  /** The target. */
  positive: number;
  /** Each other class. */
  negative: number;
}

/**
 * One binary classification per class, summed: `p·softplus(−z_y) + n·Σ_{j≠y} softplus(z_j)`, with
 * `softplus(z) = log(1 + exp z)`, exact to the last digit for logits of any size.
 *
 * @param logits `[B, C]` float32. @param labels `[B]` int32.
 * @returns `[B]`, not negative.
 */
export function binaryCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  { positive, negative }: BinaryWeights,
): tf.Tensor1D {
  const operation = tf.customGrad((input, save) => {
    const plain = input as tf.Tensor2D;
    const target = takeLabels(plain, labels);
    // Subtracting the target's term from the sum of all would leave nothing of the others' digits.
    const others = addAtLabels(plain, labels, tf.sub(VANISHING, target));
    const losses = tf.add<tf.Tensor1D>(
      tf.mul(softplus(tf.neg(target)), positive),
      tf.mul(tf.sum(softplus(others), 1), negative),
    );
    (save as tf.GradSaveFunc)([others, target, labels]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved, { positive, negative });
    return { value: losses, gradFunc };
  });
  return operation(logits) as tf.Tensor1D;
}

/** A logit whose softplus is 0 in float32. */
const VANISHING = -200;

function gradient(dy: tf.Tensor, saved: tf.Tensor[], { positive, negative }: BinaryWeights): tf.Tensor {
  const [others, target, labels] = saved as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
  const slopes = tf.mul<tf.Tensor2D>(tf.sigmoid(others), tf.expandDims(tf.mul(dy, negative), 1));
  return addAtLabels(slopes, labels, tf.mul(tf.sigmoid(tf.neg(target)), tf.mul(dy, -positive)));
}

const softplus = <T extends tf.Tensor>(z: T): T => tf.add(tf.relu(z), tf.log1p(tf.exp(tf.neg(tf.abs(z)))));
