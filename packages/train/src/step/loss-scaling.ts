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

/** Squares of finite gradients add up to less. */
const LARGEST = 3e38;

/** Whether all gradients are finite: a scalar. Beyond 1e19 their squares overflow, which counts as not finite. */
export function areFinite(gradients: Tensors): tf.Tensor {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  // Neither infinity nor NaN is less than anything.
  return tf.less(
    squares.reduce((sum, square) => tf.add(sum, square)),
    LARGEST,
  );
}

/** The state after a step, or the one before it where gradients were not finite. */
export const unlessFinite = (finite: tf.Tensor, next: Tensors, state: Tensors): Tensors =>
  mapRecord(next, (tensor, name) => (tensor === state[name] ? tensor : tf.where(finite, tensor, state[name]!)));

/**
 * Moves the scale: halved after an overflow, doubled after {@link MixedPrecision.growthInterval} steps without one.
 *
 * @param finite whether the step's gradients were. @param update 1 at the end of a step, 0 within it, if it has parts.
 */
export function moveLossScale(
  { growthInterval }: Required<MixedPrecision>,
  state: Tensors,
  finite: tf.Tensor,
  update: tf.Tensor = tf.scalar(1),
): Tensors {
  const [scale, before] = [state[SCALE]!, state[GOOD_STEPS]!];
  const isFinite = tf.cast(finite, 'float32');
  const good = tf.mul(isFinite, tf.add(before, 1));
  const grows = tf.cast(tf.greaterEqual(good, growthInterval), 'float32');
  const factor = tf.add(tf.mul(isFinite, tf.add(grows, 0.5)), 0.5);
  const goodSteps = tf.mul(good, tf.sub(1, grows));
  const move = (from: tf.Tensor, to: tf.Tensor) => tf.add(from, tf.mul(update, tf.sub(to, from)));
  return { [SCALE]: move(scale, tf.mul(scale, factor)), [GOOD_STEPS]: move(before, goodSteps) };
}
