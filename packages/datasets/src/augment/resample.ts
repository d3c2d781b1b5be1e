import type { RgbImage } from '@hm/images';
import { gaussianTaps, type Kernel, resamplingTaps, type Taps } from './taps.ts';

/** Resizes an image, interpolating along each axis. */
export const resample = (image: RgbImage, height: number, width: number, kernel: Kernel): RgbImage =>
  applyTaps(image, resamplingTaps(image.height, height, kernel), resamplingTaps(image.width, width, kernel));

/** Blurs an image with a Gaussian; `sigma` is in pixels, above 0. */
export const blur = (image: RgbImage, sigma: number): RgbImage =>
  applyTaps(image, gaussianTaps(image.height, sigma), gaussianTaps(image.width, sigma));

function applyTaps(image: RgbImage, vertical: Taps, horizontal: Taps): RgbImage {
  const rows = filterRows(image, horizontal);
  return {
    pixels: filterColumns(rows, vertical, horizontal.size),
    height: vertical.size,
    width: horizontal.size,
  };
}

function filterRows(image: RgbImage, { size, count, places, weights }: Taps): Float32Array {
  const { pixels, height, width } = image;
  const result = new Float32Array(height * size * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * width * 3;
    for (let x = 0, first = 0; x < size; x++, to += 3, first += count) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = first; tap < first + count; tap++) {
        const at = row + places[tap]! * 3;
        const weight = weights[tap]!;
        red += weight * pixels[at]!;
        green += weight * pixels[at + 1]!;
        blue += weight * pixels[at + 2]!;
      }
      result[to] = red;
      result[to + 1] = green;
      result[to + 2] = blue;
    }
  }
  return result;
}

function filterColumns(
  rows: Float32Array,
  { size, count, places, weights }: Taps,
  width: number,
): Uint8Array {
  const line = width * 3;
  const result = new Uint8Array(size * line);
  const sums = new Float32Array(line);
  for (let y = 0; y < size; y++) {
    sums.fill(0.5);
    for (let tap = y * count; tap < (y + 1) * count; tap++) {
      const weight = weights[tap]!;
      for (let x = 0, at = places[tap]! * line; x < line; x++, at++) sums[x]! += weight * rows[at]!;
    }
    for (let x = 0, to = y * line; x < line; x++, to++) {
      result[to] = Math.min(Math.max(sums[x]!, 0), 255);
    }
  }
  return result;
}

/** Shrinks the sides by a factor from (0, 1], then enlarges the image to its original size. */
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
