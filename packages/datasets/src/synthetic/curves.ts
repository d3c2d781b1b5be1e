/**
 * The few curves that shapes and paint are made of. From here to the last pixel, only `+ − × ÷ √` are used. IEEE 754
 * fixes their results, so every machine renders the same bytes.
 */

/** Clamps `value` to `[low, high]`. */
export const clamp = (value: number, low = 0, high = 1): number => Math.max(low, Math.min(high, value));

/** Interpolates linearly from `a` (at 0) to `b` (at 1). */
export const mix = (a: number, b: number, t: number): number => a + (b - a) * t;

/** Smooth step from 0 (at 0 and below) to 1 (at 1 and above), with level ends: `3t² − 2t³`. */
export function ramp(t: number): number {
  if (t <= 0) return 0;
  return t >= 1 ? 1 : t * t * (3 - 2 * t);
}

/** A hill of height 1 and radius 1: `(1 − x² − y²)²`, and 0 outside. */
export function bump(x: number, y = 0): number {
  const squared = x * x + y * y;
  return squared >= 1 ? 0 : (1 - squared) * (1 - squared);
}

/** Rounds to steps of 2^-20: engines may differ in the last bit of a sine or cosine, but agree after rounding. */
export const steady = (value: number): number => Math.round(value * 1048576) / 1048576;
