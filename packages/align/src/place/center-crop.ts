import type { RgbImage } from '@hm/images';
import { resample, summedImage } from '../detect/resample.ts';

/**
 * The greatest part of an image about its centre that has the aspect of `height` × `width`, times
 * `fraction`, resampled to that size: what stands in for an aligned face where none was found.
 */
export function centerCrop(
  image: RgbImage,
  { height, width }: { height: number; width: number },
  fraction = 1,
): RgbImage {
  const scale = fraction * Math.min(image.height / height, image.width / width);
  const window = {
    left: (image.width - width * scale) / 2,
    top: (image.height - height * scale) / 2,
    width: width * scale,
    height: height * scale,
  };
  const data = new Float32Array(height * width * 3);
  resample(summedImage(image), window, { data, offset: 0, rowLength: width * 3, width, height }, true);
  return { pixels: Uint8Array.from(data, Math.round), height, width };
}
