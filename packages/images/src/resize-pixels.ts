import { checkArguments } from '@hm/tensor/host';
import { kernelsFor } from './kernels/kernels.ts';
import type { RgbImage } from './rgb-image.ts';

/**
 * Resizes an image to cover a size, cropped about its centre. It is bilinear, over all source pixels of a target
 * pixel when shrinking, and resizes the width first. In Node and in browsers the result is identical to Pillow's
 * `resize(size, BILINEAR, box)`, bit for bit, except that Pillow since version 13 resizes the height first if that
 * removes more than twice as many pixels.
 *
 * @param image RGB, row-major `[height, width, 3]`, 8 bits. @param size Target height and width in pixels.
 */
export function resizePixels(image: RgbImage, size: { height: number; width: number }): RgbImage {
  checkArguments(
    'resizePixels',
    { image, size },
    { image: { has: ['pixels', 'height'] }, size: { has: ['height', 'width'] } },
  );
  const { pixels, height, width } = image;
  const scale = Math.max(size.height / height, size.width / width);
  const [across, down] = [axis(width, size.width, scale), axis(height, size.height, scale)];
  const length = size.width * 3;
  const { kernels, places } = kernelsFor([
    ...[across.stride * size.width, down.stride * size.height],
    ...[pixels.length, height * length, size.height * length],
  ]);
  const [columns, rows, source, narrowed, result] = places as [number, number, number, number, number];
  kernels.triangles(columns, across.stride, across.from, across.to, size.width, width);
  kernels.triangles(rows, down.stride, down.from, down.to, size.height, height);
  const memory = new Uint8Array(kernels.memory.buffer);
  const { first, end } = covered(kernels.memory.buffer, rows, down.stride, size.height);
  memory.set(pixels.subarray(first * width * 3, end * width * 3), source);
  kernels.resizeRows(source, width, end - first, columns, across.stride, size.width, narrowed);
  // Rows outside the crop are not in memory.
  kernels.resizeColumns(narrowed - first * length, length, rows, down.stride, size.height, result);
  return { pixels: memory.slice(result, result + size.height * length), ...size };
}

/** Returns the visible part of an axis, in Pillow's precision, and the most bytes that the taps of one pixel take. */
function axis(limit: number, size: number, scale: number): { from: number; to: number; stride: number } {
  const from = (limit - size / scale) / 2;
  const most = 2 * Math.ceil(Math.max(1, 1 / scale)) + 2;
  return { from: Math.fround(from), to: Math.fround(from + size / scale), stride: 4 * (2 + most) };
}

/** Returns the range of pixels of an axis that the taps read. */
function covered(memory: ArrayBuffer, taps: number, stride: number, size: number) {
  const [first] = new Int32Array(memory, taps, 1);
  const [last, count] = new Int32Array(memory, taps + (size - 1) * stride, 2);
  return { first: first!, end: last! + count! };
}
