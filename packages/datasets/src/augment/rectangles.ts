import type { RgbImage } from '@hm/images';
import type { Rng } from '@hm/tensor/host';
import { resample } from './resample.ts';

/** A rectangle in whole pixels. */
export interface CropRectangle {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** Blackens everything outside the rectangle, in place, so that the face stays where it is. */
export function blackenOutside(image: RgbImage, { top, left, height, width }: CropRectangle): RgbImage {
  const { pixels } = image;
  const line = image.width * 3;
  pixels.fill(0, 0, top * line);
  pixels.fill(0, (top + height) * line);
  for (let row = top * line; row < (top + height) * line; row += line) {
    pixels.fill(0, row, row + left * 3);
    pixels.fill(0, row + (left + width) * 3, row + line);
  }
  return image;
}

/** Enlarges the rectangle to the whole image, bilinearly. */
export function enlarge(image: RgbImage, { top, left, height, width }: CropRectangle): RgbImage {
  const part = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    part.set(image.pixels.subarray(from, from + width * 3), y * width * 3);
  }
  return resample({ pixels: part, height, width }, image.height, image.width, 'linear');
}

/** A rectangle as fractions of the image: its sides, and its centre from the top left as `[y, x]`. */
export interface CutRectangle {
  height: number;
  width: number;
  center: readonly [number, number];
}

/**
 * Fills a rectangle with mid-grey (128), or with noise if a generator is given, in place. Parts outside the image are
 * clipped.
 */
export function cutOut(image: RgbImage, { height, width, center }: CutRectangle, noise?: Rng): RgbImage {
  const [top, bottom] = sides(image.height, height, center[0]);
  const [left, right] = sides(image.width, width, center[1]);
  for (let y = top; y < bottom; y++) {
    const part = image.pixels.subarray((y * image.width + left) * 3, (y * image.width + right) * 3);
    if (noise) for (let at = 0; at < part.length; at++) part[at] = noise.integer(256);
    else part.fill(128);
  }
  return image;
}

const sides = (size: number, share: number, center: number): [number, number] => [
  Math.max(0, Math.round(size * (center - share / 2))),
  Math.min(size, Math.round(size * (center + share / 2))),
];
