import type { RgbImage } from '@hm/images';
import { resample } from './resample.ts';
import type { Kernel } from './taps.ts';

/** Shrinks the sides by a factor from (0, 1], then enlarges to the size it had. */
export function lowerResolution(
  image: RgbImage,
  factor: number,
  shrinking: Kernel,
  enlarging: Kernel,
): RgbImage {
  const { height, width } = image;
  const small = resample(image, sideOf(height, factor), sideOf(width, factor), shrinking);
  return resample(small, height, width, enlarging);
}

const sideOf = (side: number, factor: number): number => Math.max(1, Math.round(side * factor));
