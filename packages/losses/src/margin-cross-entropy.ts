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
 * @returns `[B]`, not negative.
 */
export function marginCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  margin?: Margin,
  inputs: tf.Tensor1D[] = [],
): tf.Tensor1D {
  const operation = tf.customGrad((...operands) => {
    const save = operands.pop() as tf.GradSaveFunc;
    const [plain, ...further] = operands as [tf.Tensor2D, ...tf.Tensor1D[]];
    const plainTarget = takeLabels(plain, labels);
    const target = margin ? margin(plainTarget, ...further) : { value: plainTarget };
    const { losses, exponentials, sums, probability } = forward(plain, labels, plainTarget, target);
    const { slope, inputSlopes = [] } = target;
    save([exponentials, sums, probability, labels, ...inputSlopes, ...(slope ? [slope] : [])]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      backward(dy as tf.Tensor1D, saved, inputSlopes.length, slope !== undefined);
    return { value: losses, gradFunc };
  });
  return operation(logits, ...inputs) as tf.Tensor1D;
}

function forward(plain: tf.Tensor2D, labels: tf.Tensor1D, plainTarget: tf.Tensor1D, target: TargetLogit) {
  const change = tf.sub<tf.Tensor1D>(target.value, plainTarget);
  const isPlain = target.value === plainTarget;
  const logits = isPlain ? plain : addAtLabels(plain, labels, change);
  const largest = tf.max(logits, 1, true);
  const exponentials = tf.exp(tf.sub(logits, largest));
  const sums = tf.sum(exponentials, 1);
  // Rounded as the matrix entry is, or a loss could come out just below zero.
  const targetLogit = isPlain ? plainTarget : tf.add(plainTarget, change);
  const below = tf.sub(tf.reshape(largest, [-1]), targetLogit);
  return {
    losses: tf.add<tf.Tensor1D>(tf.log(sums), below),
    exponentials,
    sums,
    probability: tf.div(tf.exp(tf.neg(below)), sums),
  };
}

function backward(dy: tf.Tensor1D, saved: tf.Tensor[], inputCount: number, hasSlope: boolean): tf.Tensor[] {
  type Saved = [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, ...tf.Tensor1D[]];
  const [exponentials, sums, probability, labels, ...slopes] = saved as Saved;
  const others = tf.mul<tf.Tensor2D>(exponentials, tf.expandDims(tf.div(dy, sums), 1));
  const targetGradient = tf.mul<tf.Tensor1D>(dy, tf.sub(probability, 1));
  const slope = hasSlope ? slopes[inputCount] : undefined;
  // The target's entry of `others` holds dy·p_y: replace it by (p_y − 1)·dy·slope.
  const correction = slope
    ? tf.sub<tf.Tensor1D>(tf.mul(targetGradient, slope), tf.mul(dy, probability))
    : tf.neg(dy);
  const inputGradients = slopes.slice(0, inputCount).map((inputSlope) => tf.mul(targetGradient, inputSlope));
  return [addAtLabels(others, labels, correction), ...inputGradients];
}
