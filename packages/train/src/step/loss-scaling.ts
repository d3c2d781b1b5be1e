import { type HostTensor, hostTensor, hostZeros } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { mapRecord } from './records.ts';

/** How the loss is scaled where gradients are computed in half precision. */
export interface MixedPrecision {
  /** What the loss is first multiplied by. Default 65536. */
  initialScale?: number;
  /** Steps without overflow after which the scale doubles. Default 2000. */
  growthInterval?: number;
}

type Tensors = Record<string, tf.Tensor>;

/** As PyTorch's `GradScaler` has them. */
const DEFAULTS = { initialScale: 65536, growthInterval: 2000 };

/** Where gradients are so small that nothing overflows, the scale would grow without end. */
export const LARGEST_SCALE = 2 ** 24;

const SUM = 'gradientSum.';
const SCALE = 'lossScale.scale';
const GOOD_STEPS = 'lossScale.goodSteps';

/** The settings of a recipe, or undefined if it has no mixed precision. */
export const scalingOf = (option: boolean | MixedPrecision = false): Required<MixedPrecision> | undefined =>
  option === false ? undefined : { ...DEFAULTS, ...(option === true ? {} : option) };

/** What a scaled loss adds to the state before the first step. */
export function lossScaleState(option?: boolean | MixedPrecision): Record<string, HostTensor> {
  const scaling = scalingOf(option);
  if (scaling === undefined) return {};
  const scale = hostTensor('float32', [], Float32Array.of(scaling.initialScale));
  return { [SCALE]: scale, [GOOD_STEPS]: hostZeros('float32', []) };
}

/** What the loss is multiplied by, if it is. */
export const lossScaleIn = (state: Tensors): tf.Tensor | undefined => state[SCALE];

/** A step as it would go on if nothing had overflowed. */
export interface ScaledStep {
  state: Tensors;
  next: Tensors;
  /** What was applied: without scale, and summed over the parts of the step so far, if it has parts. */
  gradients: Tensors;
  /** 1 at the end of a step, 0 within it; undefined if it has no parts. */
  update: tf.Tensor | undefined;
}

/**
 * The state after a step in mixed precision. If its gradients are not finite that is the state before it but for the
 * scale, which halves; it doubles after some steps without that.
 */
export function afterScaledStep(
  option: boolean | MixedPrecision | undefined,
  { state, next, gradients, update }: ScaledStep,
): { state: Tensors; outputs: Tensors } {
  const scaling = scalingOf(option);
  if (scaling === undefined) return { state: next, outputs: {} };
  const finite = areFinite(gradients);
  const moved = moveLossScale(scaling, state, finite, update);
  const kept = mapRecord(next, (tensor, name) => {
    if (tensor === state[name]) return tensor;
    return tf.where(finite, tensor, name.startsWith(SUM) ? spoiled(tensor, update!) : state[name]!);
  });
  return { state: { ...kept, ...moved }, outputs: { lossScale: tf.clone(moved[SCALE]!) } };
}

/** A sum that is not finite stays so to the end of its step, which is then left out as a whole, and begins anew there. */
const spoiled = (sum: tf.Tensor, update: tf.Tensor) =>
  tf.where(tf.greater(update, 0), tf.zerosLike(sum), sum);

/** Squares of finite gradients add up to less. */
const LARGEST = 3e38;

/** Whether all gradients are finite: a scalar. Beyond 1e19 their squares overflow, which counts as not finite. */
function areFinite(gradients: Tensors): tf.Tensor {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  // Neither infinity nor NaN is less than anything.
  return tf.less(
    squares.reduce((sum, square) => tf.add(sum, square)),
    LARGEST,
  );
}

/** Halves the scale after an overflow, doubles it after `growthInterval` steps without one; only at the end of a step. */
function moveLossScale(
  { growthInterval }: Required<MixedPrecision>,
  state: Tensors,
  finite: tf.Tensor,
  update: tf.Tensor = tf.scalar(1),
): Tensors {
  const [scale, before] = [state[SCALE]!, state[GOOD_STEPS]!];
  const isGood = tf.cast(finite, 'float32');
  const good = tf.mul(isGood, tf.add(before, 1));
  const grows = tf.cast(tf.greaterEqual(good, growthInterval), 'float32');
  const factor = tf.add(tf.mul(isGood, tf.add(grows, 0.5)), 0.5);
  const goodSteps = tf.mul(good, tf.sub(1, grows));
  const move = (from: tf.Tensor, to: tf.Tensor) => tf.add(from, tf.mul(update, tf.sub(to, from)));
  const next = tf.minimum(tf.mul(scale, factor), LARGEST_SCALE);
  return { [SCALE]: move(scale, next), [GOOD_STEPS]: move(before, goodSteps) };
}
