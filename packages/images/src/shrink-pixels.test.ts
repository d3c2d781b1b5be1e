import { expect, it } from 'vitest';
import { shrinkPixels } from './shrink-pixels.ts';
import { noise } from './testing/files.ts';

it('is the mean of what goes into a pixel, at the borders too', () => {
  const image = { pixels: noise(1, 7, 8), height: 7, width: 8 };
  expect(shrinkPixels(image, 1)).toBe(image);
  const small = shrinkPixels(image, 3);
  expect([small.height, small.width]).toEqual([3, 3]);
  const mean = (top: number, left: number, channel: number) => {
    const values: number[] = [];
    for (let y = top; y < Math.min(top + 3, 7); y++)
      for (let x = left; x < Math.min(left + 3, 8); x++)
        values.push(image.pixels[(y * 8 + x) * 3 + channel]!);
    return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
  };
  const expected = [0, 3, 6].flatMap((top) =>
    [0, 3, 6].flatMap((left) => [0, 1, 2].map((channel) => mean(top, left, channel))),
  );
  expect([...small.pixels]).toEqual(expected);
});
