import { checkArguments } from '@hm/tensor/host';
import type { RgbImage } from './rgb-image.ts';

/**
 * The pixels of a canvas, whose `ImageData` has four bytes each, without transparency: that is laid over black.
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
