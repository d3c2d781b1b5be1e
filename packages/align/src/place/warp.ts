import { type RgbImage, warpPixels } from '@hm/images/browser';
import { checkArguments } from '@hm/tensor/host';
import { invert, type SimilarityTransform } from './umeyama.ts';

/**
 * Applies a similarity to an image. Each output pixel is sampled bilinearly at its inverse position; pixels beyond
 * the border are 0. Pixel centres are whole numbers, as in OpenCV's `warpAffine`.
 *
 * @param transform Maps image coordinates to output coordinates.
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
  return warpPixels(image, invert(transform), { height: size.height, width: size.width });
}
