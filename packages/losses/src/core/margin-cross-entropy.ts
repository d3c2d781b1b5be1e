import { customGradient } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { addAtLabels, takeLabels } from './label-entries.ts';

/** The logit that replaces the target's, and its derivatives. */
export interface TargetLogit {
  /** `[B]`, the new target logit. */
  value: tf.Tensor1D;
  /** `[B]`, the derivative with respect to the plain target logit. 1 if absent. */
  slope?: tf.Tensor1D;
  /** `[B]` each, the derivatives with respect to the margin's other inputs, in the same order. */
  inputSlopes?: tf.Tensor1D[];
}

/**
 * A margin: computes the target logit `[B]` from the plain one and other inputs `[B]`. tfjs does not record it for the
 * gradient, so it may use comparisons.
 */
export type Margin = (logit: tf.Tensor1D, ...inputs: tf.Tensor1D[]) => TargetLogit;

/** The changed logits of the other classes and their slopes, both `[B, C]`. The target's entries are not used. */
export interface OtherLogits {
  /** The changed logits. */
  value: tf.Tensor2D;
  /** Their derivatives with respect to the logits before the change. */
  slope: tf.Tensor2D;
}

/**
 * Computes the logits of the other classes from all logits `[B, C]` and the target's logit `[B]` after and before the
 * margin. tfjs does not record it for the gradient.
 */
export type OtherMargin = (logits: tf.Tensor2D, target: tf.Tensor1D, plainTarget: tf.Tensor1D) => OtherLogits;

/**
 * Returns the cross-entropy per sample after a margin has changed the target's logit: `log Σ_j exp(z_j) − z_y`, where
 * `z` is `logits` except for `z_y = margin(logits_y)`. All margin losses use this function and differ in `margin`.
 *
 * The gradient is `softmax(z)_j` for the other classes and `(softmax(z)_y − 1)·margin'` for the target. Maxima are
 * subtracted first, so logits of any size are safe. Value and gradient are in one `customGradient` because margins
 * use comparisons, which tfjs cannot differentiate.
 *
 * @param logits `[B, C]` float32. @param labels `[B]` int32.
 * @param margin omitted for plain softmax. @param inputs `[B]` each, the other inputs of the margin.
 * @param others for losses that also change the logits of classes mistaken for the target.
 * @returns `[B]`, not negative.
 */
export function marginCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  margin?: Margin,
  inputs: tf.Tensor1D[] = [],
  others?: OtherMargin,
): tf.Tensor1D {
  checkArguments(
    'marginCrossEntropy',
    { logits, labels },
    { logits: { has: ['shape', 'dtype'] }, labels: { has: ['shape', 'dtype'] } },
  );
  const operands: Record<string, tf.Tensor> = { logits, ...numbered(inputs) };
  return customGradient(operands, {
    forward: ({ logits, ...further }) => {
      const plain = logits as tf.Tensor2D;
      const plainTarget = takeLabels(plain, labels);
      const target = margin
        ? margin(plainTarget, ...(Object.values(further) as tf.Tensor1D[]))
        : { value: plainTarget };
      const rest = others?.(plain, target.value, plainTarget);
      const base = rest
        ? { logits: rest.value, target: takeLabels(rest.value, labels) }
        : { logits: plain, target: plainTarget };
      const { losses, ...kept } = forward(base.logits, labels, base.target, target.value);
      const saved = {
        ...kept,
        labels,
        ...(target.slope && { slope: target.slope }),
        ...(rest && { otherSlope: rest.slope }),
        ...numbered(target.inputSlopes ?? []),
      };
      return { value: losses, saved };
    },
    backward,
  });
}

/** Names tensors `input0`, `input1`, …, for the operands and for their slopes. */
const numbered = (tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
  Object.fromEntries(tensors.map((tensor, i) => [`input${i}`, tensor]));

/** Computes the cross-entropy of `logits` with their entries at the labels, `plain`, replaced by `target`. */
function forward(logits: tf.Tensor2D, labels: tf.Tensor1D, plain: tf.Tensor1D, target: tf.Tensor1D) {
  const change = tf.sub<tf.Tensor1D>(target, plain);
  const isPlain = target === plain;
  const changed = isPlain ? logits : addAtLabels(logits, labels, change);
  const largest = tf.max(changed, 1, true);
  const exponentials = tf.exp<tf.Tensor2D>(tf.sub(changed, largest));
  const sums = tf.sum<tf.Tensor1D>(exponentials, 1);
  // Must be rounded like the matrix entry, or a loss could come out just below zero.
  const targetLogit = isPlain ? plain : tf.add(plain, change);
  const below = tf.sub(tf.reshape(largest, [-1]), targetLogit);
  return {
    losses: tf.add<tf.Tensor1D>(tf.log(sums), below),
    exponentials,
    sums,
    probability: tf.div<tf.Tensor1D>(tf.exp(tf.neg(below)), sums),
  };
}

type Saved = {
  exponentials: tf.Tensor2D;
  sums: tf.Tensor1D;
  probability: tf.Tensor1D;
  labels: tf.Tensor1D;
  slope?: tf.Tensor1D;
  otherSlope?: tf.Tensor2D;
};

function backward(dy: tf.Tensor1D, saved: Saved & Record<string, tf.Tensor>): Record<string, tf.Tensor> {
  const { exponentials, sums, probability, labels, slope, otherSlope, ...inputSlopes } = saved;
  const softmax = tf.mul<tf.Tensor2D>(exponentials, tf.expandDims(tf.div(dy, sums), 1));
  const others = otherSlope ? tf.mul<tf.Tensor2D>(softmax, otherSlope) : softmax;
  const targetGradient = tf.mul<tf.Tensor1D>(dy, tf.sub(probability, 1));
  const inputGradients = Object.entries(inputSlopes).map(([name, slope]) => [
    name,
    tf.mul(targetGradient, slope),
  ]);
  return { logits: ofLogits(), ...Object.fromEntries(inputGradients) };

  /** Replaces the target's entry of `others`, dy·p_y (times its slope as another class), by (p_y − 1)·dy·slope. */
  function ofLogits(): tf.Tensor2D {
    if (!slope && !otherSlope) return addAtLabels(others, labels, tf.neg(dy));
    const wanted = slope ? tf.mul(targetGradient, slope) : targetGradient;
    const held = otherSlope ? takeLabels(others, labels) : tf.mul(dy, probability);
    return addAtLabels(others, labels, tf.sub<tf.Tensor1D>(wanted, held));
  }
}
