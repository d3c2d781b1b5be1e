import { checkArguments } from '@hm/tensor/host';
import { kernelsFor } from './kernels/kernels.ts';
import type { RgbImage } from './rgb-image.ts';

/**
 * Resizes an image to cover a size, cropped about its centre: bilinear, over as many pixels as go into one where it gets
 * smaller, the width first. In Node and in a browser to the bit what Pillow's `resize(size, BILINEAR, box)` gives, which since
 * version 13 takes the height first where that loses more than twice as many pixels.
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
  // Rows that the crop leaves out are not there.
  kernels.resizeColumns(narrowed - first * length, length, rows, down.stride, size.height, result);
  return { pixels: memory.slice(result, result + size.height * length), ...size };
}

/** The part of an axis that is seen, in Pillow's precision, and the bytes that the taps of one pixel take at most. */
function axis(limit: number, size: number, scale: number): { from: number; to: number; stride: number } {
  const from = (limit - size / scale) / 2;
  const most = 2 * Math.ceil(Math.max(1, 1 / scale)) + 2;
  return { from: Math.fround(from), to: Math.fround(from + size / scale), stride: 4 * (2 + most) };
}

/** The pixels of an axis that any tap reads. */
function covered(memory: ArrayBuffer, taps: number, stride: number, size: number) {
  const [first] = new Int32Array(memory, taps, 1);
  const [last, count] = new Int32Array(memory, taps + (size - 1) * stride, 2);
  return { first: first!, end: last! + count! };
}
