import { expect, test } from 'vitest';
import * as browser from './browser.ts';
import * as images from './index.ts';

test('the public surface', () => {
  expect(Object.keys(images).sort()).toEqual([
    'averageWindows',
    'badImage',
    'decodeImage',
    'encodeImage',
    'imageExtension',
    'inOrder',
    'isImageName',
    'isLeftBehind',
    'isLeftBehindPath',
    'isOtherImageName',
    'listImages',
    'rasterFormat',
    'readEncoded',
    'readFolder',
    'realFolder',
    'resizePixels',
    'rgbOf',
    'shrinkPixels',
    'unusedFile',
    'warpPixels',
  ]);
  expect(Object.keys(browser).sort()).toEqual([
    'averageWindows',
    'decodeImage',
    'inOrder',
    'resizePixels',
    'rgbOf',
    'shrinkPixels',
    'warpPixels',
  ]);
});
