import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageWindows } from './average-windows.ts';
import type { RgbImage } from './rgb-image.ts';

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
  const target = { window: { left, top, width: w, height: h }, height, width };
  return Array.from(averageWindows(image, height * width * 3, [target], clamp));
}

const expectClose = (got: readonly number[], wanted: readonly number[]) => {
  expect(got.length).toBe(wanted.length);
  got.forEach((value, index) => {
    expect(value).toBeCloseTo(wanted[index]!, 3);
  });
};

describe('averageWindows', () => {
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

  it.each([
    [{ left: Number.NaN, top: 0, width: 4, height: 4 }, 2, 2, 12],
    [{ left: 0, top: 0, width: 4, height: 4 }, 0, 2, 12],
    [{ left: 0, top: 0, width: 4, height: 4 }, 2, 2, 11],
  ])('refuses %j at %i × %i in %i values', (window, height, width, length) => {
    const refused = () => averageWindows(ramp(4, 4), length, [{ window, height, width }]);
    expect(refused).toThrow(/finite windows that become at least one pixel/);
  });

  it('is the mean over each box, summed up pixel by pixel', () => {
    const length = fc.double({ min: 0.5, max: 40, noNaN: true });
    const start = fc.double({ min: -12, max: 12, noNaN: true });
    const window = fc.tuple(start, start, length, length);
    const size = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(window, size, size, fc.boolean(), (window, height, width, clamp) => {
        const image = ramp(13, 17);
        expectClose(
          resized(image, window, height, width, clamp),
          summed(image, window, height, width, clamp),
        );
      }),
    );
  });
});

/** The same, box by box. */
function summed(
  { pixels, ...image }: RgbImage,
  [left, top, w, h]: [number, number, number, number],
  height: number,
  width: number,
  clamp: boolean,
): number[] {
  const overlaps = (from: number, extent: number, size: number, limit: number, index: number) => {
    const step = extent / size;
    const center = from + (index + 0.5) * step;
    const [low, high] = [center - Math.max(1, step) / 2, center + Math.max(1, step) / 2];
    const inside = Array.from({ length: limit }, (_, pixel) =>
      Math.max(0, Math.min(pixel + 1, high) - Math.max(pixel, low)),
    );
    const covered = clamp ? inside.reduce((a, b) => a + b) : high - low;
    return inside.map((overlap) => (covered === 0 ? 0 : overlap / covered));
  };
  return Array.from({ length: height * width * 3 }, (_, index) => {
    const rows = overlaps(top, h, height, image.height, Math.floor(index / 3 / width));
    const columns = overlaps(left, w, width, image.width, Math.floor(index / 3) % width);
    let sum = 0;
    for (const [y, row] of rows.entries())
      for (const [x, column] of columns.entries())
        sum += row * column * pixels[(y * image.width + x) * 3 + (index % 3)]!;
    return sum;
  });
}
