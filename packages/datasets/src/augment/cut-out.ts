import type { RgbImage } from '@hm/images';
import type { Rng } from '@hm/tensor/host';

/** A rectangle in shares of the image: its sides, and its centre from the top left as `[y, x]`. */
export interface CutRectangle {
  height: number;
  width: number;
  center: readonly [number, number];
}

/** Fills a rectangle with mid-grey (128), or noise if a generator is given, in place; what lies outside the image is cut off. */
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
