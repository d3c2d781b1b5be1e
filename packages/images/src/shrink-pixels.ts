import { checkArguments } from '@hm/tensor/host';
import type { RgbImage } from './rgb-image.ts';

/**
 * Averages an image down by a whole number: each pixel is the mean of `ratio` × `ratio` pixels, or of those that are
 * left at the right and lower border. The result is exact and the same everywhere.
 */
export function shrinkPixels(image: RgbImage, ratio: number): RgbImage {
  checkArguments('shrinkPixels', { image, ratio }, { image: { has: ['pixels', 'height'] }, ratio: 'number' });
  if (ratio === 1) return image;
  const [height, width] = [Math.ceil(image.height / ratio), Math.ceil(image.width / ratio)];
  const pixels = new Uint8Array(height * width * 3);
  const sums = new Uint32Array(width * 3);
  for (let row = 0; row < height; row++) {
    const last = Math.min((row + 1) * ratio, image.height);
    sums.fill(0);
    for (let y = row * ratio; y < last; y++) addRow(image, y, ratio, sums);
    for (let column = 0; column < width; column++) {
      const count = (last - row * ratio) * Math.min(ratio, image.width - column * ratio);
      for (let channel = column * 3; channel < column * 3 + 3; channel++)
        pixels[row * width * 3 + channel] = Math.round(sums[channel]! / count);
    }
  }
  return { pixels, height, width };
}

function addRow({ pixels, width }: RgbImage, y: number, ratio: number, sums: Uint32Array): void {
  let from = y * width * 3;
  for (let column = 0, to = 0; column < width; column += ratio, to += 3) {
    const end = from + Math.min(ratio, width - column) * 3;
    for (; from < end; from += 3) {
      sums[to]! += pixels[from]!;
      sums[to + 1]! += pixels[from + 1]!;
      sums[to + 2]! += pixels[from + 2]!;
    }
  }
}
