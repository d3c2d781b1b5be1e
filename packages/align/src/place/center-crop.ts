import type { RgbImage } from '@hm/images/browser';
import { averageWindow } from './average-window.ts';

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
  return averageWindow(image, window, { height, width });
}
