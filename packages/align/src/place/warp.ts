import type { RgbImage } from '@hm/images';
import { checkArguments } from '@hm/tensor/host';
import { invert, type SimilarityTransform } from './umeyama.ts';

/**
 * Applies a similarity to an image: each output pixel is read at its inverse image, bilinearly; beyond the
 * border is 0. Pixel centres are whole numbers, as in OpenCV's `warpAffine`.
 *
 * @param transform from image coordinates to output coordinates.
 * @example
 * const aligned = warp(image, umeyama(face.landmarks, template.landmarks), { height: 112, width: 112 });
 */
export function warp(
  image: RgbImage,
  transform: SimilarityTransform,
  size: { height: number; width: number },
): RgbImage {
  checkArguments(
    'warp',
    { image, transform, size },
    {
      image: { has: ['pixels', 'height'] },
      transform: { has: ['a', 'b'] },
      size: { has: ['height', 'width'] },
    },
  );
  const { height, width } = size;
  const { a, b, tx, ty } = invert(transform);
  const pixels = new Uint8Array(height * width * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      sample(image, a * x - b * y + tx, b * x + a * y + ty, pixels, to);
    }
  }
  return { pixels, height, width };
}

/** The values of a pixel at (x, y); beyond the border lie zeros. */
function sample(
  { pixels, height, width }: RgbImage,
  x: number,
  y: number,
  out: Uint8Array,
  to: number,
): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const bottom = y - top;
  const leftIn = left >= 0 && left < width;
  const rightIn = left >= -1 && left + 1 < width;
  const topIn = top >= 0 && top < height;
  const bottomIn = top >= -1 && top + 1 < height;
  for (let channel = 0; channel < 3; channel++) {
    const above = (top * width + left) * 3 + channel;
    const below = above + width * 3;
    const topLeft = topIn && leftIn ? pixels[above]! : 0;
    const topRight = topIn && rightIn ? pixels[above + 3]! : 0;
    const bottomLeft = bottomIn && leftIn ? pixels[below]! : 0;
    const bottomRight = bottomIn && rightIn ? pixels[below + 3]! : 0;
    const upper = (1 - right) * topLeft + right * topRight;
    const lower = (1 - right) * bottomLeft + right * bottomRight;
    out[to + channel] = Math.round((1 - bottom) * upper + bottom * lower);
  }
}
