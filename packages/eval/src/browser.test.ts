import { InvalidArgumentError } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import * as surface from './browser.ts';
import * as web from './decode.web.ts';
import * as node from './index.ts';

test('exports what needs no files, the same as under Node', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'areaUnderCurve',
    'bestThreshold',
    'crossValidate',
    'equalErrorRate',
    'loadEmbedder',
    'mean',
    'pairDistances',
    'rocCurve',
    'standardDeviation',
    'standardError',
    'tarAtFar',
    'toJson',
    'toMarkdown',
    'verify',
  ]);
  expect({ ...node, ...surface }).toEqual(node);
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
