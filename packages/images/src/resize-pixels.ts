import { checkArguments } from '@hm/tensor/host';
import type { RgbImage } from './rgb-image.ts';

/** Which source pixels make each pixel of a row or column, and how much of each. */
interface Taps {
  /** The first source pixel of each, and the one after its last. */
  first: Int32Array;
  end: Int32Array;
  /** One after the other; those of each sum to 1. */
  weights: Float32Array;
}

/**
 * Resizes an image to cover a size, cropped about its centre: bilinear, over as many pixels as go into one where it gets
 * smaller, which is what Pillow and torchvision (`antialias=True`) call bilinear.
 *
 * @param image RGB, row-major `[height, width, 3]`, 8 bits. @param size wanted height and width in pixels.
 */
export function resizePixels(image: RgbImage, size: { height: number; width: number }): RgbImage {
  checkArguments(
    'resizePixels',
    { image, size },
    { image: { has: ['pixels', 'height'] }, size: { has: ['height', 'width'] } },
  );
  const { pixels, height, width } = image;
  const scale = Math.max(size.height / height, size.width / width);
  const rows = tapsOf(height, size.height, scale);
  const columns = tapsOf(width, size.width, scale);
  const seen = { from: rows.first[0]!, to: rows.end.at(-1)! };
  const narrowed = resizeRows(pixels, width, seen, columns);
  return { pixels: resizeColumns(narrowed, size.width * 3, seen.from, rows), ...size };
}

/** Images of a data set often share their size. */
const known = new Map<string, Taps>();
const MOST_KNOWN = 256;

function tapsOf(from: number, to: number, scale: number): Taps {
  const key = `${from} ${to} ${scale}`;
  const found = known.get(key);
  if (found) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  const taps = computeTaps(from, to, scale);
  known.set(key, taps);
  return taps;
}

function computeTaps(from: number, to: number, scale: number): Taps {
  const radius = Math.max(1, 1 / scale);
  const start = (from - to / scale) / 2;
  const [first, end] = [new Int32Array(to), new Int32Array(to)];
  const weights: number[] = [];
  for (let i = 0; i < to; i++) {
    const center = start + (i + 0.5) / scale - 0.5;
    first[i] = Math.max(Math.floor(center - radius) + 1, 0);
    end[i] = Math.min(Math.ceil(center + radius), from);
    const own = Array.from(
      { length: end[i]! - first[i]! },
      (_, k) => 1 - Math.abs(first[i]! + k - center) / radius,
    );
    const sum = own.reduce((total, weight) => total + weight, 0);
    weights.push(...own.map((weight) => weight / sum));
  }
  return { first, end, weights: Float32Array.from(weights) };
}

/** Rows to their new width; those that the crop leaves out are not looked at. */
function resizeRows(
  pixels: Uint8Array,
  width: number,
  { from, to }: { from: number; to: number },
  { first, end, weights }: Taps,
): Float32Array {
  const result = new Float32Array((to - from) * first.length * 3);
  let next = 0;
  for (let row = from; row < to; row++) {
    let weight = 0;
    for (let column = 0; column < first.length; column++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      const last = (row * width + end[column]!) * 3;
      for (let at = (row * width + first[column]!) * 3; at < last; at += 3, weight++) {
        red += weights[weight]! * pixels[at]!;
        green += weights[weight]! * pixels[at + 1]!;
        blue += weights[weight]! * pixels[at + 2]!;
      }
      result[next++] = red;
      result[next++] = green;
      result[next++] = blue;
    }
  }
  return result;
}

/** Rows of `length` values, counted from `from`, to their new number, rounded. */
function resizeColumns(
  values: Float32Array,
  length: number,
  from: number,
  { first, end, weights }: Taps,
): Uint8Array {
  const result = new Uint8Array(first.length * length);
  const sums = new Float32Array(length);
  let next = 0;
  for (let row = 0; row < first.length; row++) {
    sums.fill(0.5);
    const last = end[row]! - 1;
    for (let source = first[row]!; source < last; source++) {
      const weight = weights[next++]!;
      const at = (source - from) * length;
      for (let i = 0; i < length; i++) sums[i]! += weight * values[at + i]!;
    }
    const weight = weights[next++]!;
    const [at, to] = [(last - from) * length, row * length];
    for (let i = 0; i < length; i++) result[to + i] = sums[i]! + weight * values[at + i]!;
  }
  return result;
}
