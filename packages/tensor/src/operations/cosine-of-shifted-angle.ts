import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { cosineAndSine } from './cosine-and-sine.ts';
import { customGradient } from './custom-gradient.ts';

const EPSILON = 1e-12;

/** A function's value and its derivative, element by element. */
export interface ValueAndSlope<T extends tf.Tensor> {
  value: T;
  slope: T;
}

/**
 * Computes `cos(θ + m)` from `c = cos θ` without an `acos`: `c·cos m − sin m·sqrt(max(1 − c², 1e-12))`. The gradient,
 * `cos m + sin m·c/sqrt(1 − c²)`, is exact inside (-1, 1). At ±1 it is `cos m`, not infinite.
 *
 * @param cosine float32 in [-1, 1], any shape.
 * @param marginRadians the angle to add, in radians.
 * @returns the shape of `cosine`.
 * @example
 * const shifted = cosineOfShiftedAngle(tf.scalar(1), Math.PI / 3); // 0.5
 */
export function cosineOfShiftedAngle<T extends tf.Tensor>(cosine: T, marginRadians: number): T {
  checkArguments(
    'cosineOfShiftedAngle',
    { cosine, marginRadians },
    { cosine: { has: ['shape', 'dtype'] }, marginRadians: 'number' },
  );
  return customGradient(
    { cosine },
    {
      forward: ({ cosine }) => {
        const { value, slope } = shiftedCosineAndSlope(cosine, marginRadians);
        return { value, saved: { slope } };
      },
      backward: (dy, { slope }) => ({ cosine: tf.mul(dy, slope) }),
    },
  );
}

/** Value and slope of {@link shiftedCosineAndSlope}, and its derivative with respect to the margin, `−sin(θ + m)`. */
export interface ShiftedCosine<T extends tf.Tensor> extends ValueAndSlope<T> {
  marginSlope: T;
}

/**
 * Returns {@link cosineOfShiftedAngle} and its derivatives, for use inside a `customGradient`: it uses comparisons,
 * which tfjs cannot differentiate.
 *
 * @param marginRadians a number, or a tensor with one in [-π, π] for each cosine.
 */
export function shiftedCosineAndSlope<T extends tf.Tensor>(
  cosine: T,
  marginRadians: number | tf.Tensor,
): ShiftedCosine<T> {
  checkArguments(
    'shiftedCosineAndSlope',
    { cosine, marginRadians },
    { cosine: { has: ['shape', 'dtype'] }, marginRadians: ['number', 'object'] },
  );
  const { cosine: cosM, sine: sinM } =
    typeof marginRadians === 'number'
      ? { cosine: Math.cos(marginRadians), sine: Math.sin(marginRadians) }
      : cosineAndSine(marginRadians);
  // (1 − c)(1 + c) keeps every digit near ±1, where 1 − c² would lose half of them.
  const squaredSine = tf.maximum(tf.mul(tf.sub(1, cosine), tf.add(1, cosine)), EPSILON);
  const inside = tf.step(tf.sub(squaredSine, EPSILON));
  const sine = tf.sqrt(squaredSine);
  const slope = tf.mul(tf.mul(cosine, tf.mul(inside, sinM)), tf.rsqrt(squaredSine));
  return {
    value: tf.sub(tf.mul(cosine, cosM), tf.mul(sine, sinM)),
    slope: tf.add(slope, cosM),
    marginSlope: tf.neg(tf.add(tf.mul(sine, cosM), tf.mul(cosine, sinM))),
  };
}
