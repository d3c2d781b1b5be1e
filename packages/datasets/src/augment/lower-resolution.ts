import type { DecodedImage } from '../decode-image.ts';
import { sampleInto } from './warp-affine.ts';

/** Shrinks the sides by a factor from (0, 1] with area averages, then enlarges bilinearly to the size it had. */
export function lowerResolution(image: DecodedImage, factor: number): DecodedImage {
  const small = shrink(image, sideOf(image.height, factor), sideOf(image.width, factor));
  const { height, width } = image;
  const result = new Uint8Array(image.pixels.length);
  for (let y = 0, to = 0; y < height; y++) {
    const fromY = ((y + 0.5) * small.height) / height - 0.5;
    for (let x = 0; x < width; x++, to += 3) {
      sampleInto(result, to, small, ((x + 0.5) * small.width) / width - 0.5, fromY);
    }
  }
  return { pixels: result, height, width };
}

const sideOf = (side: number, factor: number): number => Math.max(1, Math.round(side * factor));

function shrink(image: DecodedImage, height: number, width: number): DecodedImage {
  const pixels = new Uint8Array(height * width * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const [top, bottom] = span(y, image.height, height);
    for (let x = 0; x < width; x++, to += 3) {
      const [left, right] = span(x, image.width, width);
      averageInto(pixels, to, image, { top, bottom, left, right });
    }
  }
  return { pixels, height, width };
}

/** The whole source pixels that an output pixel touches. */
const span = (place: number, from: number, to: number): [number, number] => [
  Math.floor((place * from) / to),
  Math.ceil(((place + 1) * from) / to),
];

type Box = Record<'top' | 'bottom' | 'left' | 'right', number>;

function averageInto(into: Uint8Array, to: number, { pixels, width }: DecodedImage, box: Box): void {
  const count = (box.bottom - box.top) * (box.right - box.left);
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let y = box.top; y < box.bottom; y++) {
      for (let x = box.left; x < box.right; x++) sum += pixels[(y * width + x) * 3 + channel]!;
    }
    into[to + channel] = sum / count + 0.5;
  }
}
