import type { RgbImage } from '@hm/images';
import { resample } from './resample.ts';

/** A rectangle in whole pixels. */
export interface CropRectangle {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** Blackens what lies outside the rectangle, in place, so that the face stays where it is. */
export function blackenOutside(image: RgbImage, { top, left, height, width }: CropRectangle): RgbImage {
  const { pixels } = image;
  const line = image.width * 3;
  pixels.fill(0, 0, top * line);
  pixels.fill(0, (top + height) * line);
  for (let row = top * line; row < (top + height) * line; row += line) {
    pixels.fill(0, row, row + left * 3);
    pixels.fill(0, row + (left + width) * 3, row + line);
  }
  return image;
}

/** The rectangle enlarged to the whole image, bilinear. */
export function enlarge(image: RgbImage, { top, left, height, width }: CropRectangle): RgbImage {
  const part = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    part.set(image.pixels.subarray(from, from + width * 3), y * width * 3);
  }
  return resample({ pixels: part, height, width }, image.height, image.width, 'linear');
}
