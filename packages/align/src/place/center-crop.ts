import type { RgbImage } from '@hm/images/browser';
import { averageWindow } from './average-window.ts';

/**
 * Crops the largest centred part of an image with the aspect ratio of `height` × `width`, times `fraction`, and
 * resamples it to that size. It replaces the aligned face if no face was found.
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
