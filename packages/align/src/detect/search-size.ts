import type { RgbImage } from '@hm/images/browser';
import type { Face, Point } from './face.ts';

/** Most pixels of a photograph that is searched at full size. */
const MOST_SEARCHED = 2_000_000;

/** Side of the smallest face in pixels, unless another is given. */
export const SMALLEST_FACE = 20;

/**
 * Returns the whole number by which a photograph is reduced for the search. At most 2 megapixels are left, but faces
 * of `minFaceSize` keep the 20 pixels that the search needs. The rule is the same in Node and in browsers.
 */
export function searchRatio({ height, width }: RgbImage, minFaceSize?: number): number {
  const wanted = Math.ceil(Math.sqrt((height * width) / MOST_SEARCHED));
  const most = minFaceSize === undefined ? wanted : Math.floor(minFaceSize / SMALLEST_FACE);
  return Math.max(1, Math.min(wanted, most));
}

/**
 * Converts a face from the reduced photograph to the original one: pixel centres are at
 * `ratio · x + (ratio - 1) / 2`.
 */
export function enlargeFace({ box, score, landmarks }: Face, ratio: number): Face {
  const at = (value: number): number => ratio * value + (ratio - 1) / 2;
  const point = ([x, y]: Point): Point => [at(x), at(y)];
  const [left, top, right, bottom] = box;
  return {
    box: [at(left), at(top), at(right), at(bottom)],
    score,
    landmarks: landmarks.map(point) as unknown as Face['landmarks'],
  };
}
