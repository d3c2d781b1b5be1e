import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import { kernelsFor } from './kernels/kernels.ts';
import type { RgbImage } from './rgb-image.ts';

/** A rectangle in edge coordinates: pixel i covers [i, i + 1). It may reach outside the image. */
export interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A window and its target: `height` × `width` pixels, a rectangle of a row-major `[rows, rowLength / 3, 3]` array. */
export interface AveragedWindow {
  window: Window;
  height: number;
  width: number;
  /** Index of the target's first value in the array. Default 0. */
  offset?: number;
  /** Number of values from one row to the next. Default `3 * width`. */
  rowLength?: number;
}

/**
 * Resamples windows of an image: the mean over each target pixel's area when shrinking, bilinear when enlarging (a
 * box at least one source pixel wide over the piecewise constant image). Outside the image is 0, or ignored with
 * `clamp`.
 *
 * @param image RGB, row-major `[height, width, 3]`, 8 bits. @param length Number of values in the array, which are 0
 * where no window is.
 * @returns RGB values from 0 to 255, not rounded.
 * @throws {InvalidArgumentError} if a window is not finite or does not fit into the array.
 * @example
 * const window = { left: 0, top: 0, width: image.width, height: image.height };
 * averageWindows(image, 24 * 24 * 3, [{ window, height: 24, width: 24 }]);
 */
export function averageWindows(
  image: RgbImage,
  length: number,
  windows: readonly AveragedWindow[],
  clamp = false,
): Float32Array<ArrayBuffer> {
  checkArguments(
    'averageWindows',
    { image, length, windows, clamp },
    { image: { has: ['pixels', 'height'] }, length: 'number', windows: 'array', clamp: 'boolean' },
  );
  assertRoom(windows, length);
  const { pixels, height, width } = image;
  const seen = rowsOf(image, windows);
  const stride = strideOf(windows);
  const widest = Math.max(0, ...windows.map((target) => target.width));
  const { kernels, places } = kernelsFor([
    ...[(seen.end - seen.first) * width * 3, (widest + 1) * stride, width * 12 + 64, length * 4],
  ]);
  const [source, taps, line, result] = places as [number, number, number, number];
  const memory = new Uint8Array(kernels.memory.buffer);
  memory.set(pixels.subarray(seen.first * width * 3, seen.end * width * 3), source);
  memory.fill(0, result, result + length * 4);
  const top = source - seen.first * width * 3;
  for (const { window, offset = 0, ...target } of windows) {
    kernels.averageWindow(
      ...([top, height, width, window.left, window.top, window.width, window.height, clamp] as const),
      ...([taps, stride, line, result + offset * 4] as const),
      ...([target.rowLength ?? target.width * 3, target.height, target.width] as const),
    );
  }
  return new Float32Array(kernels.memory.buffer, result, length).slice();
}

/** Returns the rows of the image that the windows use. */
function rowsOf({ height }: RgbImage, windows: readonly AveragedWindow[]): { first: number; end: number } {
  let [first, end] = [height, 0];
  for (const { window } of windows) {
    first = Math.min(first, Math.max(Math.floor(window.top) - 1, 0));
    end = Math.max(end, Math.min(Math.ceil(window.top + window.height) + 1, height));
  }
  return { first, end: Math.max(first, end) };
}

/** Returns the bytes for the taps of one pixel: their start, their count and their weights. */
function strideOf(windows: readonly AveragedWindow[]): number {
  let most = 1;
  for (const { window, height, width } of windows)
    most = Math.max(most, window.height / height, window.width / width);
  return 4 * (2 + Math.ceil(most) + 2);
}

function assertRoom(windows: readonly AveragedWindow[], length: number): void {
  for (const { window, height, width, offset = 0, rowLength = width * 3 } of windows) {
    const isSize =
      [height, width].every((size) => Number.isInteger(size) && size > 0) &&
      [window.left, window.top, window.width, window.height].every(Number.isFinite);
    if (isSize && offset >= 0 && rowLength >= 0 && offset + (height - 1) * rowLength + width * 3 <= length)
      continue;
    throw new InvalidArgumentError({
      where: 'averageWindows',
      expected: `finite windows that become at least one pixel, within ${length} values`,
      received: { window, height, width, offset, rowLength },
      fix: 'Give whole sizes, and a length that reaches the end of the last row.',
    });
  }
}
