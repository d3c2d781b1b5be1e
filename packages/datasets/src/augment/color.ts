import type { RgbImage } from '@hm/images';

/** Colour factors; 1 changes nothing. */
export interface ColorFactors {
  brightness: number;
  contrast: number;
  saturation: number;
}

/**
 * Adjusts colours in place. For a pixel value v, the mean luma M of the brightened image and the pixel's luma L after
 * contrast: `b·v`, then `c·v + (1 - c)·M`, then `s·v + (1 - s)·L`, rounded and clipped once at the end.
 */
export function adjustColors(image: RgbImage, { brightness, contrast, saturation }: ColorFactors): RgbImage {
  const { pixels } = image;
  const gain = brightness * contrast;
  const offset = (1 - contrast) * brightness * meanLuma(pixels);
  for (let at = 0; at < pixels.length; at += 3) {
    const gray = (1 - saturation) * (gain * lumaAt(pixels, at) + offset);
    for (let channel = at; channel < at + 3; channel++) {
      pixels[channel] = toByte(saturation * (gain * pixels[channel]! + offset) + gray);
    }
  }
  return image;
}

/** Replaces the channels by luma, in place. */
export function toGrayscale(image: RgbImage): RgbImage {
  const { pixels } = image;
  for (let at = 0; at < pixels.length; at += 3) {
    const gray = lumaAt(pixels, at) + 0.5;
    pixels[at] = gray;
    pixels[at + 1] = gray;
    pixels[at + 2] = gray;
  }
  return image;
}

function meanLuma(pixels: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 3) sum += lumaAt(pixels, at);
  return sum / (pixels.length / 3);
}

/** Luma of a pixel (Rec. 601). */
const lumaAt = (pixels: Uint8Array, at: number): number =>
  0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;

const toByte = (value: number): number => Math.min(Math.max(value, 0), 255) + 0.5;
