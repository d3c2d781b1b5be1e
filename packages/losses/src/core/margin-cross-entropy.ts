// For its side effect: it registers the gradients that tfjs-core lacks under Node.
import '@hm/tensor';
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
 * subtracted first, so logits of any size are safe. Value and gradient live in one `customGrad` because margins
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
  const operation = tf.customGrad((...operands) => {
    const save = operands.pop() as tf.GradSaveFunc;
    const [plain, ...further] = operands as [tf.Tensor2D, ...tf.Tensor1D[]];
    const plainTarget = takeLabels(plain, labels);
    const target = margin ? margin(plainTarget, ...further) : { value: plainTarget };
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
    };
    const { inputSlopes = [] } = target;
    const names = Object.keys(saved);
    save([...Object.values(saved), ...inputSlopes]);
    const gradFunc = (dy: tf.Tensor, tensors: tf.Tensor[]) => {
      const values = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
      return backward(dy as tf.Tensor1D, values as unknown as Saved, tensors.slice(names.length));
    };
    return { value: losses, gradFunc };
  });
  return operation(logits, ...inputs) as tf.Tensor1D;
}

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

interface Saved {
  exponentials: tf.Tensor2D;
  sums: tf.Tensor1D;
  probability: tf.Tensor1D;
  labels: tf.Tensor1D;
  slope?: tf.Tensor1D;
  otherSlope?: tf.Tensor2D;
}

function backward(dy: tf.Tensor1D, saved: Saved, inputSlopes: tf.Tensor[]): tf.Tensor[] {
  const { exponentials, sums, probability, labels, slope, otherSlope } = saved;
  const softmax = tf.mul<tf.Tensor2D>(exponentials, tf.expandDims(tf.div(dy, sums), 1));
  const others = otherSlope ? tf.mul<tf.Tensor2D>(softmax, otherSlope) : softmax;
  const targetGradient = tf.mul<tf.Tensor1D>(dy, tf.sub(probability, 1));
  const inputGradients = inputSlopes.map((inputSlope) => tf.mul(targetGradient, inputSlope));
  if (!slope && !otherSlope) return [addAtLabels(others, labels, tf.neg(dy)), ...inputGradients];
  // The target's entry of `others` holds dy·p_y (times its slope as another class): replace it by (p_y − 1)·dy·slope.
  const wanted = slope ? tf.mul(targetGradient, slope) : targetGradient;
  const held = otherSlope ? takeLabels(others, labels) : tf.mul(dy, probability);
  return [addAtLabels(others, labels, tf.sub<tf.Tensor1D>(wanted, held)), ...inputGradients];
}
