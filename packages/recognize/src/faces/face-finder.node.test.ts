import { templates } from '@hm/align';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { faceFinder } from './face-finder.node.ts';
import type { Photograph } from './photograph.ts';

const COUNT = 16;
const MEBIBYTE = 2 ** 20;
const finder = faceFinder({ template: templates['arcface-112x112'], border: 0 }, 1);
afterAll(() => finder.release());

/** Looks for faces in all photographs at once, and returns the mebibytes that this took at most. */
async function mebibytes(photographs: readonly Photograph[]): Promise<number> {
  finder.expect(photographs.length);
  const before = process.memoryUsage.rss();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 2);
  const found = await Promise.all(photographs.map((photograph, k) => finder.find(photograph, `${k}`)));
  clearInterval(sampling);
  expect(found).toHaveLength(COUNT);
  return (Math.max(most, process.memoryUsage.rss()) - before) / MEBIBYTE;
}

test('photographs that lie in a large array are sent to a thread without the rest of it', async () => {
  const side = 60;
  const create = { width: side, height: side, channels: 3 as const, background: '#456' };
  const png = new Uint8Array(await sharp({ create }).png().toBuffer());
  const pixels = new Uint8ClampedArray(3 * side * side).fill(99);
  const own = await mebibytes(Array(COUNT).fill(png));
  const all = new Uint8Array(64 * MEBIBYTE).fill(1);
  all.set(png, 1000);
  all.set(pixels, 2 * MEBIBYTE);
  const bytes = all.subarray(1000, 1000 + png.length);
  const image = {
    ...{ width: side, height: side },
    pixels: new Uint8ClampedArray(all.buffer, 2 * MEBIBYTE, pixels.length),
  };
  // A copy of the array for each photograph would be 1024 MiB.
  expect(await mebibytes(Array(COUNT).fill(bytes))).toBeLessThan(own + 256);
  expect(await mebibytes(Array(COUNT).fill(image))).toBeLessThan(own + 256);
});
