const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Returns the bits of the nearest float16, ties to even; infinity beyond its range. */
export function toHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const exponent = ((bits[0]! >>> 23) & 0xff) - 127;
  const mantissa = bits[0]! & 0x7fffff;
  if (exponent === 128) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  if (exponent < -25) return sign;
  // Below 2^-14 the leading one is stored explicitly, and bits are lost with every power of two.
  const [whole, shift, base] =
    exponent < -14 ? [mantissa | 0x800000, -exponent - 1, 0] : [mantissa, 13, (exponent + 15) << 10];
  const kept = whole >>> shift;
  const rest = whole & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  const up = rest > tie || (rest === tie && (kept & 1) === 1) ? 1 : 0;
  return sign | Math.min(base + kept + up, 0x7c00);
}

/** Returns the value of the bits of a float16. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const [exponent, mantissa] = [(half >>> 10) & 0x1f, half & 0x3ff];
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
