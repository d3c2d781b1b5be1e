// AssemblyScript, which kernels.test.ts compiles to WebAssembly with SIMD. Addresses are bytes of a memory that the
// caller divides. Vectors of 16 bytes read and write up to 15 bytes beyond a row, so each array needs as much spare
// space after it.

/** Fractional bits of the weights of `resize`, as in Pillow for 8 bits. */
const PRECISION: i32 = 22;
const HALF: i32 = 1 << (PRECISION - 1);

/**
 * Computes which of `limit` pixels contribute to each of `size` pixels along an axis, and with which weight in 2⁻²²,
 * when `[from, to)` is resized with a triangle filter. Writes `[first, count, weights…]` for each pixel to `taps`,
 * `stride` bytes apart.
 */
export function triangles(taps: usize, stride: i32, from: f64, to: f64, size: i32, limit: i32): void {
  // Pillow subtracts in single precision.
  const scale = f64(f32(to) - f32(from)) / f64(size);
  const radius = max(1.0, scale);
  for (let i = 0; i < size; i++, taps += stride) {
    const center = from + (f64(i) + 0.5) * scale;
    const first = max(i32(center - radius + 0.5), 0);
    const end = min(i32(center + radius + 0.5), limit);
    let sum = 0.0;
    for (let at = first; at < end; at++) sum += triangle(at, center, radius);
    store<i32>(taps, first);
    store<i32>(taps, end - first, 4);
    for (let at = first; at < end; at++) {
      const share = triangle(at, center, radius) / sum;
      store<i32>(taps + ((at - first) << 2), i32(0.5 + share * f64(1 << PRECISION)), 8);
    }
  }
}

function triangle(at: i32, center: f64, radius: f64): f64 {
  return max(0.0, 1.0 - abs((f64(at) - center + 0.5) * (1.0 / radius)));
}

/** Resizes rows of `width` RGB pixels to rows of `size`, rounded to 8 bits. */
export function resizeRows(
  pixels: usize,
  width: i32,
  rows: i32,
  taps: usize,
  stride: i32,
  size: i32,
  to: usize,
): void {
  for (let row = 0; row < rows; row++, pixels += width * 3) {
    for (let x = 0, tap = taps; x < size; x++, tap += stride, to += 3) {
      let at = pixels + 3 * load<i32>(tap);
      let sum = i32x4.splat(HALF);
      const end = tap + (load<i32>(tap, 4) << 2);
      for (let weight = tap; weight < end; weight += 4, at += 3)
        sum = i32x4.add(sum, i32x4.mul(colorAt(at), v128.load32_splat(weight, 8)));
      v128.store32_lane(to, bytes(i32x4.shr_s(sum, PRECISION)), 0);
    }
  }
}

/** Loads red, green, blue and the byte after them. */
function colorAt(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

function bytes(values: v128): v128 {
  const words = i16x8.narrow_i32x4_s(values, values);
  return i8x16.narrow_i16x8_u(words, words);
}

/** Resizes rows of `length` bytes to `size` rows, rounded to 8 bits. */
export function resizeColumns(
  values: usize,
  length: i32,
  taps: usize,
  stride: i32,
  size: i32,
  to: usize,
): void {
  for (let row = 0; row < size; row++, taps += stride, to += length) {
    const start = values + load<i32>(taps) * length;
    const end = taps + (load<i32>(taps, 4) << 2);
    for (let x = 0; x < length; x += 16) {
      let a = i32x4.splat(HALF);
      let b = a;
      let c = a;
      let d = a;
      for (let weight = taps, at = start + x; weight < end; weight += 4, at += length) {
        const share = v128.load32_splat(weight, 8);
        const value = v128.load(at);
        const low = i16x8.extend_low_i8x16_u(value);
        const high = i16x8.extend_high_i8x16_u(value);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), share));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), share));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), share));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), share));
      }
      const low = i16x8.narrow_i32x4_s(i32x4.shr_s(a, PRECISION), i32x4.shr_s(b, PRECISION));
      const high = i16x8.narrow_i32x4_s(i32x4.shr_s(c, PRECISION), i32x4.shr_s(d, PRECISION));
      v128.store(to + x, i8x16.narrow_i16x8_u(low, high));
    }
  }
}

/**
 * Averages an image over the part of a window that each of `outHeight` × `outWidth` pixels covers, at least one pixel
 * wide, as 32-bit floats. Outside the image is 0, or ignored with `clamp`.
 *
 * @param taps Room for `outWidth` taps of `stride` bytes. @param line Room for a row of floats.
 */
export function averageWindow(
  pixels: usize,
  height: i32,
  width: i32,
  left: f64,
  top: f64,
  windowWidth: f64,
  windowHeight: f64,
  clamp: bool,
  taps: usize,
  stride: i32,
  line: usize,
  to: usize,
  rowLength: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  let end = 0;
  for (let x = 0, tap = taps; x < outWidth; x++, tap += stride) {
    box(tap, left, windowWidth, x, outWidth, width, clamp);
    end = max(end, load<i32>(tap) + load<i32>(tap, 4));
  }
  const begin = 3 * load<i32>(taps);
  const length = 3 * end - begin;
  const row = taps + outWidth * stride;
  for (let y = 0; y < outHeight; y++, to += rowLength << 2) {
    box(row, top, windowHeight, y, outHeight, height, clamp);
    averageRows(pixels + load<i32>(row) * width * 3 + begin, width * 3, row, line, length);
    averageColumns(line - (begin << 2), taps, stride, to, outWidth);
  }
}

/** Writes the pixels that the box of pixel `index` of `size` covers to `tap`: `[first, count, weights…]`. */
function box(tap: usize, from: f64, extent: f64, index: i32, size: i32, limit: i32, clamp: bool): void {
  const step = extent / f64(size);
  const half = max(1.0, step) / 2.0;
  const center = from + (f64(index) + 0.5) * step;
  const low = min(max(center - half, 0.0), f64(limit));
  const high = min(max(center + half, 0.0), f64(limit));
  const covered = clamp ? high - low : 2.0 * half;
  const first = min(i32(low), limit - 1);
  const count = high > low ? i32(ceil(high)) - first : 0;
  store<i32>(tap, first);
  store<i32>(tap, count, 4);
  for (let k = 0; k < count; k++) {
    const at = f64(first + k);
    store<f32>(tap + (k << 2), f32((min(at + 1.0, high) - max(at, low)) / covered), 8);
  }
}

/** Writes the weighted sum of `length` bytes of rows, as floats. */
function averageRows(from: usize, rowLength: i32, tap: usize, to: usize, length: i32): void {
  const end = tap + (load<i32>(tap, 4) << 2);
  for (let x = 0; x < length; x += 16, to += 64) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let weight = tap, at = from + x; weight < end; weight += 4, at += rowLength) {
      const share = v128.load32_splat(weight, 8);
      const value = v128.load(at);
      const low = i16x8.extend_low_i8x16_u(value);
      const high = i16x8.extend_high_i8x16_u(value);
      a = f32x4.add(a, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low)), share));
      b = f32x4.add(b, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low)), share));
      c = f32x4.add(c, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high)), share));
      d = f32x4.add(d, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high)), share));
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/** Writes the weighted sums of a line's pixels, three floats each. */
function averageColumns(line: usize, tap: usize, stride: i32, to: usize, size: i32): void {
  for (let x = 0; x < size; x++, tap += stride, to += 12) {
    let at = line + 12 * load<i32>(tap);
    let sum = f32x4.splat(0);
    const end = tap + (load<i32>(tap, 4) << 2);
    for (let weight = tap; weight < end; weight += 4, at += 12)
      sum = f32x4.add(sum, f32x4.mul(v128.load(at), v128.load32_splat(weight, 8)));
    v128.store64_lane(to, sum, 0);
    v128.store32_lane(to, sum, 2, 8);
  }
}

/**
 * Samples an image bilinearly at `(a·x - b·y + tx, b·x + a·y + ty)` for each pixel (x, y) of `outHeight` ×
 * `outWidth`, rounded. Pixels beyond its border are zero.
 */
export function warp(
  pixels: usize,
  height: i32,
  width: i32,
  a: f64,
  b: f64,
  tx: f64,
  ty: f64,
  to: usize,
  outHeight: i32,
  outWidth: i32,
): void {
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++, to += 3) {
      const fromX = a * f64(x) - b * f64(y) + tx;
      const fromY = b * f64(x) + a * f64(y) + ty;
      const isNear = fromX > -1.0 && fromX < f64(width) && fromY > -1.0 && fromY < f64(height);
      const color = isNear ? bilinear(pixels, height, width, fromX, fromY) : i32x4.splat(0);
      v128.store32_lane(to, bytes(color), 0);
    }
  }
}

function bilinear(pixels: usize, height: i32, width: i32, x: f64, y: f64): v128 {
  const left = i32(floor(x));
  const top = i32(floor(y));
  const at = pixels + (top * width + left) * 3;
  const below = at + width * 3;
  const none = i32x4.splat(0);
  const isLeft = left >= 0;
  const isRight = left + 1 < width;
  const isAbove = top >= 0;
  const isBelow = top + 1 < height;
  const a = isAbove && isLeft ? colorAt(at) : none;
  const b = isAbove && isRight ? colorAt(at + 3) : none;
  const c = isBelow && isLeft ? colorAt(below) : none;
  const d = isBelow && isRight ? colorAt(below + 3) : none;
  const right = x - f64(left);
  const bottom = y - f64(top);
  const redGreen = mix(mix(pair(a), pair(b), right), mix(pair(c), pair(d), right), bottom);
  const blue = mix(mix(next(a), next(b), right), mix(next(c), next(d), right), bottom);
  return v128.shuffle<i32>(rounded(redGreen), rounded(blue), 0, 1, 4, 5);
}

function pair(color: v128): v128 {
  return f64x2.convert_low_i32x4_s(color);
}

function next(color: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(color, color, 2, 3, 2, 3));
}

function mix(from: v128, to: v128, share: f64): v128 {
  return f64x2.add(f64x2.mul(f64x2.splat(1.0 - share), from), f64x2.mul(f64x2.splat(share), to));
}

function rounded(values: v128): v128 {
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(f64x2.add(values, f64x2.splat(0.5))));
}
