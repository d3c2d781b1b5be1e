import fc from 'fast-check';
import { expect, it } from 'vitest';
import golden from '../golden/resize.json';
import { resizePixels } from './resize-pixels.ts';

it.each(golden)(
  '$from.height × $from.width to $to.height × $to.width is what Pillow gives, to the bit',
  ({ from, to }) => {
    const { pixels, height, width } = resizePixels({ ...from, pixels: Uint8Array.from(from.pixels) }, to);
    expect([height, width]).toEqual([to.height, to.width]);
    expect(Array.from(pixels)).toEqual(to.pixels);
  },
);

it('keeps an image of its size, and a single colour at any size', () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (h, w, height, width, level) => {
      const pixels = new Uint8Array(h * w * 3).fill(level);
      const resized = resizePixels({ pixels, height: h, width: w }, { height, width });
      expect(resized.pixels).toEqual(new Uint8Array(height * width * 3).fill(level));
    }),
  );
  const pixels = Uint8Array.from({ length: 5 * 7 * 3 }, (_, i) => (i * 37) % 256);
  expect(resizePixels({ pixels, height: 5, width: 7 }, { height: 5, width: 7 }).pixels).toEqual(pixels);
});
