import { decodeImage } from '@hm/images';
import { InvalidArgumentError } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import * as surface from './browser.ts';
import * as web from './embedder/decode.web.ts';
import * as node from './index.ts';

test('exports the same as under Node, and what a page needs', () => {
  const names = Object.keys(surface);
  expect(names).toEqual(expect.arrayContaining(['loadEmbedder', 'pairDistances', 'tarAtFar', 'verify']));
  expect(Object.fromEntries(names.map((name) => [name, { ...node }[name]]))).toEqual({ ...surface });
});

const image = { pixels: new Uint8Array(18).fill(7), height: 2, width: 3 };

test('outside Node pixels of the wanted size are taken as they are, others resized as in Node', async () => {
  expect(await web.decodeImage(image, { height: 2, width: 3 })).toBe(image);
  expect(await web.decodeImage(image)).toBe(image);
  const stripes = {
    pixels: Uint8Array.from({ length: 7 * 9 * 3 }, (_, k) => (k * k) % 251),
    height: 7,
    width: 9,
  };
  for (const size of [
    { height: 5, width: 4 },
    { height: 20, width: 11 },
  ])
    expect(await web.decodeImage(stripes, size)).toEqual(await decodeImage(stripes, size));
});

test.each([
  ['a path', { path: 'ada.jpg' }],
  ['encoded bytes', { bytes: new Uint8Array(4) }],
  ['too few bytes', { ...image, pixels: new Uint8Array(17) }],
])('outside Node %s is an error that says what to do', async (_, source) => {
  await expect(web.decodeImage(source, { name: 'ada' })).rejects.toThrow(InvalidArgumentError);
  await expect(web.decodeImage(source, { name: 'ada' })).rejects.toThrow(/ada.*@hm\/images\/browser/s);
});
