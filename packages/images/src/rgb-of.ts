import { checkArguments } from '@hm/tensor/host';
import type { RgbImage } from './rgb-image.ts';

/**
 * Returns the pixels of a canvas as RGB. Its `ImageData` has four bytes per pixel; transparency is flattened onto
 * black.
 *
 * @example
 * const image = rgbOf(context.getImageData(0, 0, canvas.width, canvas.height));
 */
export function rgbOf(image: {
  data: Uint8ClampedArray | Uint8Array;
  height: number;
  width: number;
}): RgbImage {
  checkArguments('rgbOf', { image }, { image: { has: ['data', 'height'] } });
  const { data, height, width } = image;
  const pixels = new Uint8Array(height * width * 3);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) {
    const opacity = data[from + 3]! / 255;
    for (let channel = 0; channel < 3; channel++) {
      pixels[to + channel] = Math.round(data[from + channel]! * opacity);
    }
  }
  return { pixels, height, width };
}
