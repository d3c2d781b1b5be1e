import { flattenParams, hostTensor, hostZeros, type Params, zipParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainState, Transform } from './transform.ts';

/** Options of loss scaling, for gradients in half precision. */
export interface MixedPrecision {
  /** Initial factor of the loss. Default 65536. */
  initialScale?: number;
  /** Steps without overflow after which the scale doubles. Default 2000. */
  growthInterval?: number;
}

/** As PyTorch's `GradScaler` has them. */
const DEFAULTS = { initialScale: 65536, growthInterval: 2000 };

/** Where gradients are so small that nothing overflows, the scale would grow without end. */
export const LARGEST_SCALE = 2 ** 24;

/** The settings of a recipe, or undefined if it has no mixed precision. */
export const scalingOf = (option: boolean | MixedPrecision = false): Required<MixedPrecision> | undefined =>
  option === false ? undefined : { ...DEFAULTS, ...(option === true ? {} : option) };

/** Factor of the loss, if it is scaled. */
export const lossScaleIn = (state: TrainState): tf.Tensor | undefined =>
  (state.lossScale as { scale?: tf.Tensor } | undefined)?.scale;

/**
 * For gradients of a loss that was multiplied by `lossScale.scale`, already divided by it again: applies `inner` if they are
 * finite. If not, all stays as it was before the batch, and the scale halves; it doubles after some steps without that.
 */
export const scaleLoss = (
  { initialScale, growthInterval }: Required<MixedPrecision>,
  inner: Transform,
): Transform => ({
  init: (trained, state) => ({
    ...inner.init?.(trained, state),
    lossScale: {
      scale: hostTensor('float32', [], Float32Array.of(initialScale)),
      goodSteps: hostZeros('float32', []),
    },
  }),
  update(gradients, state, facts) {
    const finite = areFinite(gradients);
    const change = inner.update(gradients, state, facts);
    const kept = zipParams(
      (next, before: tf.Tensor) => tf.where(finite, next, before),
      change.state ?? {},
      state,
    );
    const lossScale = nextScale(state.lossScale as LossScale, finite, growthInterval);
    return {
      ...change,
      state: { ...kept, lossScale },
      outputs: { ...change.outputs, lossScale: tf.clone(lossScale.scale) },
    };
  },
});

type LossScale = { scale: tf.Tensor; goodSteps: tf.Tensor };

/** Squares of finite gradients add up to less. */
const LARGEST = 3e38;

/** Whether all gradients are finite: a scalar. Beyond 1e19 their squares overflow, which counts as not finite. */
function areFinite(gradients: Params): tf.Tensor {
  const squares = Object.values(flattenParams(gradients)).map((gradient) => tf.sum(tf.square(gradient)));
  // Neither infinity nor NaN is less than anything.
  return tf.less(
    squares.reduce((sum, square) => tf.add(sum, square)),
    LARGEST,
  );
}

/** Halves the scale after an overflow, doubles it after `growthInterval` steps without one. */
function nextScale({ scale, goodSteps }: LossScale, finite: tf.Tensor, growthInterval: number): LossScale {
  const isGood = tf.cast(finite, 'float32');
  const good = tf.mul(isGood, tf.add(goodSteps, 1));
  const grows = tf.cast(tf.greaterEqual(good, growthInterval), 'float32');
  const factor = tf.add(tf.mul(isGood, tf.add(grows, 0.5)), 0.5);
  return {
    scale: tf.minimum(tf.mul(scale, factor), LARGEST_SCALE),
    goodSteps: tf.mul(good, tf.sub(1, grows)),
  };
}
