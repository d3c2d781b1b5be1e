import { expect, it } from 'vitest';
import { rgbOf } from './rgb-of.ts';

it('takes the pixels of a canvas and lays transparency over black', () => {
  const data = Uint8ClampedArray.of(10, 20, 30, 255, 200, 100, 50, 51);
  expect(rgbOf({ data, height: 1, width: 2 })).toEqual({
    pixels: Uint8Array.of(10, 20, 30, 40, 20, 10),
    height: 1,
    width: 2,
  });
});
