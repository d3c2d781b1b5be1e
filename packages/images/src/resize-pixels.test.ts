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

it('is the same in plain numbers: two passes, each with weights in 2⁻²² and rounded to 8 bits', () => {
  const side = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(side, side, side, side, (h, w, height, width) => {
      const pixels = Uint8Array.from({ length: h * w * 3 }, (_, i) => (i * 7919) % 251);
      const scale = Math.max(height / h, width / w);
      const across = pass(pixels, { lines: h, from: w, to: width, scale, step: 3, line: w * 3 });
      const turned = { lines: width * 3, from: h, to: height, scale, step: width * 3, line: 1 };
      const resized = resizePixels({ pixels, height: h, width: w }, { height, width });
      expect(resized.pixels).toEqual(pass(across, turned));
    }),
  );
});

interface Pass {
  /** How many lines of how many pixels, and of how many afterwards. */
  lines: number;
  from: number;
  to: number;
  scale: number;
  /** Values from one pixel to the next, and from one line to the next. */
  step: number;
  line: number;
}

/** One axis of an RGB image, or of rows of single values. */
function pass(values: Uint8Array, { lines, from, to, scale, step, line }: Pass): Uint8Array {
  const channels = line === 1 ? 1 : 3;
  const out = new Uint8Array((values.length / from) * to);
  const begin = Math.fround((from - to / scale) / 2);
  const end = Math.fround((from - to / scale) / 2 + to / scale);
  const ratio = Math.fround(end - begin) / to;
  const radius = Math.max(1, ratio);
  for (let pixel = 0; pixel < to; pixel++) {
    const center = begin + (pixel + 0.5) * ratio;
    const first = Math.max(Math.trunc(center - radius + 0.5), 0);
    const last = Math.min(Math.trunc(center + radius + 0.5), from);
    const shares = Array.from({ length: last - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k - center + 0.5) * (1 / radius))),
    );
    const sum = shares.reduce((a, b) => a + b, 0);
    const weights = shares.map((share) => Math.trunc(0.5 + (share / sum) * 2 ** 22));
    for (let l = 0; l < lines; l++) {
      for (let channel = 0; channel < channels; channel++) {
        const total = weights.reduce(
          (a, weight, k) => a + weight * values[l * line + (first + k) * step + channel]!,
          2 ** 21,
        );
        const row = line === 1 ? 1 : to * 3;
        out[l * row + pixel * step + channel] = Math.floor(total / 2 ** 22);
      }
    }
  }
  return out;
}

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
