import type { DecodedImage } from '../decode-image.ts';

/** Rotation and scale about the image's centre, then a shift. */
export interface CentredTransform {
  /** Pixels to the right. */
  across: number;
  /** Pixels downwards. */
  down: number;
  /** Clockwise as seen, because y points downwards. */
  angleRadians: number;
  /** Above 1 enlarges. */
  factor: number;
}

/** The transformed image, sampled bilinearly at the inverse of each output pixel. */
export function warpAffine(
  image: DecodedImage,
  { across, down, angleRadians, factor }: CentredTransform,
  border: 'edge' | 'black',
): DecodedImage {
  const { pixels, height, width } = image;
  const result = new Uint8Array(pixels.length);
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const cosine = Math.cos(angleRadians) / factor;
  const sine = Math.sin(angleRadians) / factor;
  for (let y = 0, to = 0; y < height; y++) {
    const v = y - centreY - down;
    for (let x = 0; x < width; x++, to += 3) {
      const u = x - centreX - across;
      const fromX = cosine * u + sine * v + centreX;
      const fromY = cosine * v - sine * u + centreY;
      if (border === 'edge' || isInside(fromX, fromY, image)) sampleInto(result, to, image, fromX, fromY);
    }
  }
  return { pixels: result, height, width };
}

const isInside = (x: number, y: number, { height, width }: DecodedImage): boolean =>
  x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5;

/** Bilinear value at a point in pixels; outside, that of the nearest edge point. */
export function sampleInto(into: Uint8Array, to: number, image: DecodedImage, x: number, y: number): void {
  const { pixels, height, width } = image;
  const clampedX = Math.min(Math.max(x, 0), width - 1);
  const clampedY = Math.min(Math.max(y, 0), height - 1);
  const left = Math.floor(clampedX);
  const top = Math.floor(clampedY);
  const right = left + 1 < width ? 3 : 0;
  const below = top + 1 < height ? width * 3 : 0;
  const [weightX, weightY] = [clampedX - left, clampedY - top];
  for (let channel = 0, at = (top * width + left) * 3; channel < 3; channel++, at++) {
    const upper = pixels[at]! + weightX * (pixels[at + right]! - pixels[at]!);
    const lower = pixels[at + below]! + weightX * (pixels[at + below + right]! - pixels[at + below]!);
    into[to + channel] = upper + weightY * (lower - upper) + 0.5;
  }
}
