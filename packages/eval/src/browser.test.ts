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

test('outside Node pixels of the wanted size are taken as they are', async () => {
  expect(await web.decodeImage(image, { height: 2, width: 3 })).toBe(image);
  expect(await web.decodeImage(image)).toBe(image);
});

test.each([
  ['a path', { path: 'ada.jpg' }, {}],
  ['encoded bytes', { bytes: new Uint8Array(4) }, {}],
  ['another size', image, { height: 112, width: 112 }],
  ['too few bytes', { ...image, pixels: new Uint8Array(17) }, {}],
])('outside Node %s is an error that says what to do', async (_, source, options) => {
  await expect(web.decodeImage(source, { ...options, name: 'ada' })).rejects.toThrow(InvalidArgumentError);
  await expect(web.decodeImage(source, { ...options, name: 'ada' })).rejects.toThrow(/ada.*canvas/s);
});
