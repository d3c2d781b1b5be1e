import { cosineAndSine, shiftedCosineAndSlope } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { mix } from './mix.ts';

/** `cos(θ + m)` and its derivatives with respect to `cos θ` and m, all `[B]`. */
export interface AdditiveAngle {
  value: tf.Tensor1D;
  slope: tf.Tensor1D;
  marginSlope: tf.Tensor1D;
}

/**
 * Returns ArcFace's `cos(θ + m)`. Where `θ + m > π`, which would reward a larger angle, it returns `cos θ − m·sin m`
 * instead. With `easy`, it returns `cos θ` wherever `θ > π/2`.
 *
 * @param marginRadians a number, or one for each cosine.
 */
export function additiveAngle(
  cosine: tf.Tensor1D,
  marginRadians: number | tf.Tensor1D,
  easy = false,
): AdditiveAngle {
  const { value, slope, marginSlope } = shiftedCosineAndSlope(cosine, marginRadians);
  if (easy) {
    const wide = tf.sub(1, tf.step(cosine));
    return {
      value: mix(value, cosine, wide),
      slope: mix(slope, 1, wide),
      marginSlope: mix(marginSlope, 0, wide),
    };
  }
  const { cosine: cosM, sine: sinM } =
    typeof marginRadians === 'number'
      ? { cosine: tf.scalar(Math.cos(marginRadians)), sine: tf.scalar(Math.sin(marginRadians)) }
      : cosineAndSine(marginRadians);
  const beyond = tf.step(tf.sub(tf.neg(cosM), cosine));
  const fallback = tf.sub(cosine, tf.mul(marginRadians, sinM));
  const fallbackSlope = tf.neg(tf.add(sinM, tf.mul(marginRadians, cosM)));
  return {
    value: mix(value, fallback, beyond),
    slope: mix(slope, 1, beyond),
    marginSlope: mix(marginSlope, fallbackSlope, beyond),
  };
}
