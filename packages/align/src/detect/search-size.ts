import type { RgbImage } from '@hm/images/browser';
import type { Face, Point } from './face.ts';

/** Pixels of a photograph that is searched as it is. */
const MOST_SEARCHED = 2_000_000;

/** Pixels of the smallest face that is looked for where nobody says another. */
export const SMALLEST_FACE = 20;

/**
 * How many times smaller, a whole number, a photograph is searched than it is: so that at most 2 megapixels are left, but
 * faces of `minFaceSize` keep the 20 pixels that the search needs. In Node and in a browser alike.
 */
export function searchRatio({ height, width }: RgbImage, minFaceSize?: number): number {
  const wanted = Math.ceil(Math.sqrt((height * width) / MOST_SEARCHED));
  const most = minFaceSize === undefined ? wanted : Math.floor(minFaceSize / SMALLEST_FACE);
  return Math.max(1, Math.min(wanted, most));
}

/** A face of the smaller photograph in the larger one: pixel centres lie at `ratio · x + (ratio - 1) / 2`. */
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
