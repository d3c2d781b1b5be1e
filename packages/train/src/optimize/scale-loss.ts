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

/** The same values as in PyTorch's `GradScaler`. */
const DEFAULTS = { initialScale: 65536, growthInterval: 2000 };

/** Limit of the scale, which would grow without end if gradients are so small that nothing overflows. */
export const LARGEST_SCALE = 2 ** 24;

/** The settings of a recipe, or undefined if it has no mixed precision. */
export const scalingOf = (option: boolean | MixedPrecision = false): Required<MixedPrecision> | undefined =>
  option === false ? undefined : { ...DEFAULTS, ...(option === true ? {} : option) };

/** Factor of the loss, if it is scaled. */
export const lossScaleIn = (state: TrainState): tf.Tensor | undefined =>
  (state.lossScale as { scale?: tf.Tensor } | undefined)?.scale;

/**
 * Applies `inner` if the gradients are finite. If not, the state stays as it was before the batch and the scale halves.
 * The scale doubles after `growthInterval` steps without overflow. The gradients are those of a loss multiplied by
 * `lossScale.scale`, already divided by it again.
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

/** Limit that the squares of finite gradients stay below when summed. */
const LARGEST = 3e38;

/** Scalar that is true if all gradients are finite. Beyond 1e19 their squares overflow, which counts as not finite. */
function areFinite(gradients: Params): tf.Tensor {
  const squares = Object.values(flattenParams(gradients)).map((gradient) => tf.sum(tf.square(gradient)));
  // Neither infinity nor NaN is less than a number.
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
