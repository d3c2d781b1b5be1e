import { customGradient } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { addAtLabels, takeLabels } from './label-entries.ts';

/** The logit that stands in for the target's, and how it answers to what it was computed from. */
export interface TargetLogit {
  /** `[B]`. */
  value: tf.Tensor1D;
  /** `[B]`, the derivative with respect to the plain target logit; 1 if absent. */
  slope?: tf.Tensor1D;
  /** `[B]` each, the derivatives with respect to the further inputs, in their order. */
  inputSlopes?: tf.Tensor1D[];
}

/** The margin: the target logit `[B]`, from the plain one and further inputs `[B]`. It runs untaped: it may compare. */
export type Margin = (logit: tf.Tensor1D, ...inputs: tf.Tensor1D[]) => TargetLogit;

/** Every logit but the target's, changed, and how it answers to what it was: both `[B, C]`, the target's entries unused. */
export interface OtherLogits {
  value: tf.Tensor2D;
  slope: tf.Tensor2D;
}

/** What becomes of the other classes' logits `[B, C]`, given the target's `[B]` after and before the margin. It runs untaped. */
export type OtherMargin = (logits: tf.Tensor2D, target: tf.Tensor1D, plainTarget: tf.Tensor1D) => OtherLogits;

/**
 * Cross-entropy per sample after a margin has changed the target's logit: `log Σ_j exp(z_j) − z_y`, where `z` is
 * `logits` but for `z_y = margin(logits_y)`. All margin losses are this and differ by `margin`.
 *
 * The gradient is `softmax(z)_j` for the other classes and `(softmax(z)_y − 1)·margin'` for the target. Maxima are
 * subtracted first, so logits of any size are safe. Value and gradient live in one `customGradient` because margins
 * compare, and tfjs cannot differentiate comparisons.
 *
 * @param logits `[B, C]` float32. @param labels `[B]` int32.
 * @param margin absent for plain softmax. @param inputs `[B]` each, what else the margin depends on.
 * @param others for losses that also change the logits of classes that are mistaken for the target.
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

/** Tensors under the names `input0`, `input1`, …, as operands and as their slopes. */
const numbered = (tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
  Object.fromEntries(tensors.map((tensor, i) => [`input${i}`, tensor]));

/** The cross-entropy of `logits` with `target` in the place of their entries at the labels, `plain`. */
function forward(logits: tf.Tensor2D, labels: tf.Tensor1D, plain: tf.Tensor1D, target: tf.Tensor1D) {
  const change = tf.sub<tf.Tensor1D>(target, plain);
  const isPlain = target === plain;
  const changed = isPlain ? logits : addAtLabels(logits, labels, change);
  const largest = tf.max(changed, 1, true);
  const exponentials = tf.exp<tf.Tensor2D>(tf.sub(changed, largest));
  const sums = tf.sum<tf.Tensor1D>(exponentials, 1);
  // Rounded as the matrix entry is, or a loss could come out just below zero.
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

  /** The target's entry of `others` holds dy·p_y (times its slope as another class): replaced by (p_y − 1)·dy·slope. */
  function ofLogits(): tf.Tensor2D {
    if (!slope && !otherSlope) return addAtLabels(others, labels, tf.neg(dy));
    const wanted = slope ? tf.mul(targetGradient, slope) : targetGradient;
    const held = otherSlope ? takeLabels(others, labels) : tf.mul(dy, probability);
    return addAtLabels(others, labels, tf.sub<tf.Tensor1D>(wanted, held));
  }
}
