import type { RgbImage } from '@hm/images';

/** Rotation and scale about the image's centre, then a shift. */
export interface CenteredTransform {
  /** Shift to the right, in pixels. */
  across: number;
  /** Shift downwards, in pixels. */
  down: number;
  /** Rotation, clockwise as seen because y points downwards. */
  angleRadians: number;
  /** Scale; above 1 enlarges. */
  factor: number;
}

/** Transforms an image, sampling it bilinearly at the inverse of each output pixel. */
export function warpAffine(
  image: RgbImage,
  transform: CenteredTransform,
  border: 'edge' | 'black',
): RgbImage {
  const { across, down, angleRadians, factor } = transform;
  const onlyShift = angleRadians === 0 && factor === 1 && Number.isInteger(across) && Number.isInteger(down);
  return onlyShift ? shift(image, across, down, border) : warp(image, transform, border);
}

/** Shifts by whole pixels, which needs no interpolation: rows are copied. */
function shift(image: RgbImage, across: number, down: number, border: 'edge' | 'black'): RgbImage {
  const { pixels, height, width } = image;
  const result = new Uint8Array(pixels.length);
  const [left, right] = [clamp(across, width), clamp(width + across, width)];
  for (let y = 0; y < height; y++) {
    const inside = y - down >= 0 && y - down < height;
    if (!inside && border === 'black') continue;
    const from = clamp(y - down, height - 1) * width;
    const to = y * width;
    result.set(pixels.subarray((from + left - across) * 3, (from + right - across) * 3), (to + left) * 3);
    if (border === 'black') continue;
    for (let x = 0; x < left; x++) copyPixel(result, to + x, pixels, from);
    for (let x = right; x < width; x++) copyPixel(result, to + x, pixels, from + width - 1);
  }
  return { pixels: result, height, width };
}

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

function copyPixel(into: Uint8Array, to: number, pixels: Uint8Array, from: number): void {
  for (let channel = 0; channel < 3; channel++) into[to * 3 + channel] = pixels[from * 3 + channel]!;
}

function warp(
  image: RgbImage,
  { across, down, angleRadians, factor }: CenteredTransform,
  border: 'edge' | 'black',
): RgbImage {
  const { pixels, height, width } = image;
  const result = new Uint8Array(pixels.length);
  const [centerX, centerY] = [(width - 1) / 2, (height - 1) / 2];
  const cosine = Math.cos(angleRadians) / factor;
  const sine = Math.sin(angleRadians) / factor;
  for (let y = 0, to = 0; y < height; y++) {
    const v = y - centerY - down;
    for (let x = 0; x < width; x++, to += 3) {
      const u = x - centerX - across;
      const fromX = cosine * u + sine * v + centerX;
      const fromY = cosine * v - sine * u + centerY;
      if (border === 'edge' || isInside(fromX, fromY, image)) sampleInto(result, to, image, fromX, fromY);
    }
  }
  return { pixels: result, height, width };
}

const isInside = (x: number, y: number, { height, width }: RgbImage): boolean =>
  x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5;

/** Weights are integers in units of 1/1024: integer arithmetic takes half the time. */
const ONE = 1024;
const HALF = (ONE * ONE) / 2;

/** Writes the bilinear value at a point in pixels; a point outside takes the value of the nearest edge point. */
function sampleInto(into: Uint8Array, to: number, image: RgbImage, x: number, y: number): void {
  const { pixels, height, width } = image;
  const fixedX = (Math.min(Math.max(x, 0), width - 1) * ONE) | 0;
  const fixedY = (Math.min(Math.max(y, 0), height - 1) * ONE) | 0;
  const left = fixedX >> 10;
  const top = fixedY >> 10;
  const u = fixedX & (ONE - 1);
  const v = fixedY & (ONE - 1);
  const a = (top * width + left) * 3;
  const b = u > 0 ? a + 3 : a;
  const down = v > 0 ? width * 3 : 0;
  for (let channel = 0; channel < 3; channel++) {
    const upper = pixels[a + channel]! * (ONE - u) + pixels[b + channel]! * u;
    const lower = pixels[a + down + channel]! * (ONE - u) + pixels[b + down + channel]! * u;
    into[to + channel] = (upper * (ONE - v) + lower * v + HALF) >> 20;
  }
}
