import type { RgbImage } from '@hm/images';

/** A rectangle in edge coordinates: pixel i covers [i, i + 1). It may reach outside the image. */
export interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where resampled RGB values go: a rectangle of a row-major `[rows, rowLength / 3, 3]` array. */
export interface Target {
  data: Float32Array;
  offset: number;
  /** Values from one row to the next. */
  rowLength: number;
  width: number;
  height: number;
}

/**
 * Resamples a window of an image: the mean over each target pixel's area when shrinking, bilinear when
 * enlarging (a box at least one source pixel wide over the piecewise constant image). Outside the image is
 * 0, or with `clamp` ignored.
 */
export function resample(image: RgbImage, window: Window, target: Target, clamp = false): void {
  const columns = taps(window.left, window.width, target.width, image.width, clamp);
  const rows = taps(window.top, window.height, target.height, image.height, clamp);
  const [first, last] = span(rows);
  const length = target.width * 3;
  const lines = scratch((last - first) * length);
  for (let y = first; y < last; y++) shrinkRow(image, y, columns, lines, (y - first) * length);
  for (let y = 0; y < target.height; y++) {
    mixRows(lines, rows, y, first, target.data, target.offset + y * target.rowLength, length);
  }
}

interface Taps {
  starts: Int32Array;
  counts: Int32Array;
  weights: Float32Array;
  /** Room for weights per target pixel. */
  stride: number;
}

function taps(from: number, extent: number, size: number, limit: number, clamp: boolean): Taps {
  const step = extent / size;
  const half = Math.max(1, step) / 2;
  const stride = Math.ceil(2 * half) + 1;
  const starts = new Int32Array(size);
  const counts = new Int32Array(size);
  const weights = new Float32Array(size * stride);
  for (let index = 0; index < size; index++) {
    const center = from + (index + 0.5) * step;
    const [low, high] = [center - half, center + half];
    const start = Math.max(0, Math.floor(low));
    const end = Math.min(limit, Math.ceil(high));
    const covered = clamp ? Math.min(limit, high) - Math.max(0, low) : high - low;
    starts[index] = start;
    counts[index] = Math.max(0, end - start);
    for (let pixel = start; pixel < end; pixel++) {
      const overlap = Math.min(pixel + 1, high) - Math.max(pixel, low);
      weights[index * stride + pixel - start] = overlap / covered;
    }
  }
  return { starts, counts, weights, stride };
}

function span({ starts, counts }: Taps): [number, number] {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let index = 0; index < starts.length; index++) {
    if (counts[index] === 0) continue;
    first = Math.min(first, starts[index]!);
    last = Math.max(last, starts[index]! + counts[index]!);
  }
  return last === 0 ? [0, 0] : [first, last];
}

function shrinkRow({ pixels, width }: RgbImage, y: number, columns: Taps, out: Float32Array, offset: number) {
  const { starts, counts, weights, stride } = columns;
  let to = offset;
  for (let x = 0; x < starts.length; x++) {
    let from = (y * width + starts[x]!) * 3;
    let red = 0;
    let green = 0;
    let blue = 0;
    const end = x * stride + counts[x]!;
    for (let tap = x * stride; tap < end; tap++) {
      const weight = weights[tap]!;
      red += weight * pixels[from]!;
      green += weight * pixels[from + 1]!;
      blue += weight * pixels[from + 2]!;
      from += 3;
    }
    out[to] = red;
    out[to + 1] = green;
    out[to + 2] = blue;
    to += 3;
  }
}

function mixRows(
  lines: Float32Array,
  rows: Taps,
  y: number,
  first: number,
  out: Float32Array,
  offset: number,
  length: number,
) {
  out.fill(0, offset, offset + length);
  for (let tap = 0; tap < rows.counts[y]!; tap++) {
    const weight = rows.weights[y * rows.stride + tap]!;
    const from = (rows.starts[y]! + tap - first) * length;
    for (let index = 0; index < length; index++) {
      out[offset + index] = out[offset + index]! + weight * lines[from + index]!;
    }
  }
}

let memory = new Float32Array(0);

function scratch(length: number): Float32Array {
  if (memory.length < length) memory = new Float32Array(length);
  return memory;
}
