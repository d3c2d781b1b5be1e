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
 * An image as the sums of all that lies above and to the left of each corner of a pixel, `[height + 1, width + 1, 3]`: a
 * mean over any rectangle then takes four of them, however large it is.
 *
 * @see Crow, "Summed-area tables for texture mapping", 1984.
 */
export interface SummedImage {
  sums: Int32Array | Float64Array;
  height: number;
  width: number;
}

/** Sums up an image, once for all windows that are resampled of it. */
export function summedImage({ pixels, height, width }: RgbImage): SummedImage {
  const row = (width + 1) * 3;
  const Sums = height * width * 255 < 2 ** 31 ? Int32Array : Float64Array;
  const sums = new Sums((height + 1) * row);
  for (let y = 0, from = 0, to = row; y < height; y++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    to += 3;
    for (const end = from + width * 3; from < end; from += 3, to += 3) {
      red += pixels[from]!;
      green += pixels[from + 1]!;
      blue += pixels[from + 2]!;
      sums[to] = sums[to - row]! + red;
      sums[to + 1] = sums[to + 1 - row]! + green;
      sums[to + 2] = sums[to + 2 - row]! + blue;
    }
  }
  return { sums, height, width };
}

/**
 * Resamples a window of an image: the mean over each target pixel's area when shrinking, bilinear when
 * enlarging (a box at least one source pixel wide over the piecewise constant image). Outside the image is
 * 0, or with `clamp` ignored.
 */
export function resample(image: SummedImage, window: Window, target: Target, clamp = false): void {
  const { data, offset, rowLength, width, height } = target;
  const columns = boxes(window.left, window.width, width, image.width, clamp);
  const rows = boxes(window.top, window.height, height, image.height, clamp);
  let above = new Float64Array(columns.at.length * 3);
  let below = new Float64Array(columns.at.length * 3);
  for (let y = 0; y < height; y++) {
    if (y > 0 && rows.stride === 1) [above, below] = [below, above];
    else readLine(image, rows, rows.stride * y, columns, above);
    readLine(image, rows, rows.stride * y + 1, columns, below);
    mixLines(above, below, columns, rows.weights[y]!, data, offset + y * rowLength);
  }
}

/** The intervals of one axis that target pixels cover: pixel i from edge `stride · i` to the one after. */
interface Boxes {
  /** The source pixel in which each edge lies, and how far into it. */
  at: Int32Array;
  part: Float64Array;
  /** 1 where each pixel begins at the end of the one before, else 2. */
  stride: 1 | 2;
  /** One over what is covered. */
  weights: Float64Array;
}

function boxes(from: number, extent: number, size: number, limit: number, clamp: boolean): Boxes {
  const step = extent / size;
  const half = Math.max(1, step) / 2;
  const stride = step >= 1 ? 1 : 2;
  const at = new Int32Array(stride * (size - 1) + 2);
  const part = new Float64Array(at.length);
  const weights = new Float64Array(size);
  const place = (edge: number, value: number) => {
    const inside = Math.min(Math.max(value, 0), limit);
    at[edge] = Math.min(Math.floor(inside), limit - 1);
    part[edge] = inside - at[edge]!;
    return inside;
  };
  for (let index = 0; index < size; index++) {
    const center = from + (index + 0.5) * step;
    const low = place(stride * index, center - half);
    const high = place(stride * index + 1, center + half);
    const covered = clamp ? high - low : 2 * half;
    weights[index] = covered > 0 ? 1 / covered : 0;
  }
  return { at, part, stride, weights };
}

/** Sums above edge `edge` of `rows`, left of each edge of `columns`: between corners they are bilinear. */
function readLine(
  { sums, width }: SummedImage,
  rows: Boxes,
  edge: number,
  { at, part }: Boxes,
  line: Float64Array,
): void {
  const row = (width + 1) * 3;
  const start = rows.at[edge]! * row;
  const down = rows.part[edge]!;
  for (let index = 0, to = 0; index < at.length; index++, to += 3) {
    const corner = start + 3 * at[index]!;
    const right = part[index]!;
    line[to] = between(sums, corner, row, right, down);
    line[to + 1] = between(sums, corner + 1, row, right, down);
    line[to + 2] = between(sums, corner + 2, row, right, down);
  }
}

/** One channel's sum at a place `right` and `down` of a corner: bilinear, as a pixel is one color all over. */
function between(
  sums: SummedImage['sums'],
  corner: number,
  row: number,
  right: number,
  down: number,
): number {
  const upper = sums[corner]! + (sums[corner + 3]! - sums[corner]!) * right;
  const under = corner + row;
  const lower = sums[under]! + (sums[under + 3]! - sums[under]!) * right;
  return upper + (lower - upper) * down;
}

/** A line of target pixels: what lies between two edges below and above, and left and right. */
function mixLines(
  above: Float64Array,
  below: Float64Array,
  { stride, weights }: Boxes,
  weight: number,
  out: Float32Array,
  offset: number,
): void {
  for (let x = 0, left = 0, to = offset; x < weights.length; x++, left += 3 * stride, to += 3) {
    const share = weight * weights[x]!;
    out[to] = share * (below[left + 3]! - above[left + 3]! - (below[left]! - above[left]!));
    out[to + 1] = share * (below[left + 4]! - above[left + 4]! - (below[left + 1]! - above[left + 1]!));
    out[to + 2] = share * (below[left + 5]! - above[left + 5]! - (below[left + 2]! - above[left + 2]!));
  }
}
