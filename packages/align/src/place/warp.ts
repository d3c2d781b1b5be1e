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

function sample(image: RgbImage, x: number, y: number, out: Uint8Array, to: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [x - left, y - top];
  for (let channel = 0; channel < 3; channel++) {
    const value =
      (1 - bottom) *
        ((1 - right) * at(image, left, top, channel) + right * at(image, left + 1, top, channel)) +
      bottom *
        ((1 - right) * at(image, left, top + 1, channel) + right * at(image, left + 1, top + 1, channel));
    out[to + channel] = Math.round(value);
  }
}

const at = ({ pixels, height, width }: RgbImage, x: number, y: number, channel: number): number =>
  x < 0 || y < 0 || x >= width || y >= height ? 0 : pixels[(y * width + x) * 3 + channel]!;
