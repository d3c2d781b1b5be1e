import type { RgbImage } from '@hm/images';
import { describe, expect, it } from 'vitest';
import { resample } from './resample.ts';

const ramp = (height: number, width: number): RgbImage => ({
  height,
  width,
  pixels: Uint8Array.from(
    { length: height * width * 3 },
    (_, index) => (index * 37 + (index % 11) * 5) % 256,
  ),
});

function resized(
  image: RgbImage,
  window: [number, number, number, number],
  height: number,
  width: number,
  clamp = false,
) {
  const [left, top, w, h] = window;
  const data = new Float32Array(height * width * 3).fill(-1);
  const target = { data, offset: 0, rowLength: width * 3, width, height };
  resample(image, { left, top, width: w, height: h }, target, clamp);
  return Array.from(data);
}

const expectClose = (got: readonly number[], wanted: readonly number[]) => {
  expect(got.length).toBe(wanted.length);
  got.forEach((value, index) => {
    expect(value).toBeCloseTo(wanted[index]!, 3);
  });
};

describe('resample', () => {
  it('copies at scale 1', () => {
    const image = ramp(5, 7);
    expectClose(resized(image, [0, 0, 7, 5], 5, 7), Array.from(image.pixels));
    expectClose(resized(image, [2, 1, 1, 1], 1, 1), Array.from(image.pixels.subarray(27, 30)));
  });

  it('averages areas when shrinking, with fractions of pixels', () => {
    const pixels = Uint8Array.from([10, 0, 0, 20, 0, 0, 60, 0, 0]);
    const shrunk = resized({ pixels, height: 1, width: 3 }, [0, 0, 3, 1], 1, 2);
    expectClose(shrunk, [(10 + 0.5 * 20) / 1.5, 0, 0, (0.5 * 20 + 60) / 1.5, 0, 0]);
  });

  it('is bilinear when enlarging', () => {
    const pixels = Uint8Array.from([0, 0, 0, 100, 100, 100]);
    const enlarged = resized({ pixels, height: 1, width: 2 }, [0, 0, 2, 1], 1, 4, true);
    expectClose(
      enlarged.filter((_, index) => index % 3 === 0),
      [0, 25, 75, 100],
    );
  });

  it('reads 0 outside, or with clamp only what is there', () => {
    const pixels = new Uint8Array(4 * 4 * 3).fill(80);
    const image = { pixels, height: 4, width: 4 };
    const red = (values: number[]) => values.filter((_, index) => index % 3 === 0);
    expectClose(red(resized(image, [-4, -4, 8, 8], 2, 2)), [0, 0, 0, 80]);
    expectClose(red(resized(image, [-2, 0, 4, 4], 1, 1)), [40]);
    expectClose(red(resized(image, [-2, 0, 4, 4], 1, 1, true)), [80]);
    expectClose(red(resized(image, [10, 10, 4, 4], 1, 1)), [0]);
  });
});
