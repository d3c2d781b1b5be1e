import { checkArguments } from '@hm/tensor/host';
import { kernelsFor } from './kernels/kernels.ts';
import type { RgbImage } from './rgb-image.ts';

/**
 * Samples an image bilinearly at `(a·x - b·y + tx, b·x + a·y + ty)` for each pixel (x, y) of `size`, rounded to 8
 * bits. Pixels beyond the border are 0. Pixel centres are whole numbers, as in OpenCV's `warpAffine` with
 * `WARP_INVERSE_MAP`.
 *
 * @param image RGB, row-major `[height, width, 3]`, 8 bits. @param size Height and width in pixels.
 * @example
 * const turned = warpPixels(image, { a: 0, b: 1, tx: 111, ty: 0 }, { height: 112, width: 112 });
 */
export function warpPixels(
  image: RgbImage,
  place: { a: number; b: number; tx: number; ty: number },
  size: { height: number; width: number },
): RgbImage {
  checkArguments(
    'warpPixels',
    { image, place, size },
    { image: { has: ['pixels', 'height'] }, place: { has: ['a', 'b'] }, size: { has: ['height', 'width'] } },
  );
  const { pixels, height, width } = image;
  const { a, b, tx, ty } = place;
  const { first, end } = rowsRead(height, place, size);
  const length = size.height * size.width * 3;
  const { kernels, places } = kernelsFor([(end - first) * width * 3, length]);
  const [source, result] = places as [number, number];
  const memory = new Uint8Array(kernels.memory.buffer);
  memory.set(pixels.subarray(first * width * 3, end * width * 3), source);
  kernels.warp(source - first * width * 3, height, width, a, b, tx, ty, result, size.height, size.width);
  return { pixels: memory.slice(result, result + length), ...size };
}

/** Returns the rows of the image that may be read: the uppermost and the lowest position are those of corners. */
function rowsRead(
  limit: number,
  { a, b, ty }: { a: number; b: number; ty: number },
  { height, width }: { height: number; width: number },
): { first: number; end: number } {
  const [right, bottom] = [b * (width - 1), a * (height - 1)];
  const corners = [0, right, bottom, right + bottom].map((corner) => corner + ty);
  const within = (row: number) => (row > 0 ? Math.min(row, limit) : 0);
  return {
    first: within(Math.floor(Math.min(...corners)) - 1),
    end: within(Math.floor(Math.max(...corners)) + 3),
  };
}
