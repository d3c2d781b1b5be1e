import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecodedImage } from '../decode-image.ts';
import { noise } from '../testing/files.ts';
import { adjustColours, toGrayscale } from './colour.ts';
import { cutOut } from './cut-out.ts';
import { lowerResolution } from './lower-resolution.ts';
import { mirror } from './mirror.ts';
import { warpAffine } from './warp-affine.ts';

const imageOf = (seed: number, height: number, width: number): DecodedImage => ({
  pixels: noise(seed, height, width),
  height,
  width,
});
const copy = (image: DecodedImage): DecodedImage => ({ ...image, pixels: image.pixels.slice() });
const at = ({ pixels, width }: DecodedImage, y: number, x: number) => [
  ...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const still = { across: 0, down: 0, angleRadians: 0, factor: 1 };

test('mirror exchanges left and right', () => {
  for (const width of [1, 4, 5]) {
    const image = imageOf(1, 3, width);
    const mirrored = mirror(copy(image));
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < width; x++) expect(at(mirrored, y, x)).toEqual(at(image, y, width - 1 - x));
    }
  }
});

describe('warpAffine', () => {
  test('whole shifts move pixels; the border repeats the edge or is black', () => {
    const image = imageOf(2, 6, 8);
    fc.assert(
      fc.property(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), (across, down) => {
        const edge = warpAffine(image, { ...still, across, down }, 'edge');
        const black = warpAffine(image, { ...still, across, down }, 'black');
        for (let y = 0; y < 6; y++) {
          for (let x = 0; x < 8; x++) {
            const [fromY, fromX] = [y - down, x - across];
            const inside = fromY >= 0 && fromY < 6 && fromX >= 0 && fromX < 8;
            const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);
            expect(at(edge, y, x)).toEqual(at(image, clamp(fromY, 5), clamp(fromX, 7)));
            expect(at(black, y, x)).toEqual(inside ? at(image, fromY, fromX) : [0, 0, 0]);
          }
        }
      }),
    );
  });

  test('a quarter turn is clockwise as seen', () => {
    const image = imageOf(3, 5, 5);
    const turned = warpAffine(image, { ...still, angleRadians: Math.PI / 2 }, 'edge');
    for (let y = 0; y < 5; y++)
      for (let x = 0; x < 5; x++) expect(at(turned, x, 4 - y)).toEqual(at(image, y, x));
  });

  test('a factor of 2 enlarges a ramp about its centre', () => {
    const width = 9;
    const pixels = new Uint8Array(width * width * 3).map((_, place) => (Math.floor(place / 3) % width) * 20);
    const larger = warpAffine({ pixels, height: width, width }, { ...still, factor: 2 }, 'edge');
    for (let x = 0; x < width; x++) expect(at(larger, 4, x)[0]).toBe(80 + (x - 4) * 10);
  });

  test('nothing happens without a transform', () => {
    const image = imageOf(4, 7, 5);
    expect(warpAffine(image, still, 'black').pixels).toEqual(image.pixels);
  });
});

describe('lowerResolution', () => {
  test('factor 1 changes nothing, and one colour stays', () => {
    const image = imageOf(5, 8, 6);
    expect(lowerResolution(image, 1).pixels).toEqual(image.pixels);
    const plain = { pixels: new Uint8Array(5 * 7 * 3).fill(77), height: 5, width: 7 };
    expect(lowerResolution(plain, 0.3).pixels).toEqual(plain.pixels);
  });

  test('one remaining pixel is the mean', () => {
    const image = imageOf(6, 4, 4);
    const mean = [0, 1, 2].map((channel) => {
      const values = [...image.pixels].filter((_, place) => place % 3 === channel);
      return Math.floor(values.reduce((sum, value) => sum + value, 0) / 16 + 0.5);
    });
    const result = lowerResolution(image, 0.01);
    for (const place of [0, 5, 15])
      expect([...result.pixels.subarray(place * 3, place * 3 + 3)]).toEqual(mean);
  });

  test('half the size averages blocks of four', () => {
    const pixels = new Uint8Array(4 * 4 * 3);
    pixels.set([40, 80, 120], 0);
    const result = lowerResolution({ pixels, height: 4, width: 4 }, 0.5);
    expect(at(result, 0, 0)).toEqual([10, 20, 30]);
    expect(at(result, 3, 3)).toEqual([0, 0, 0]);
  });
});

describe('colour', () => {
  const luma = ([red, green, blue]: number[]) => 0.299 * red! + 0.587 * green! + 0.114 * blue!;
  const pixelsOf = ({ pixels }: DecodedImage) =>
    Array.from({ length: pixels.length / 3 }, (_, place) => [...pixels.subarray(place * 3, place * 3 + 3)]);
  const factor = fc.double({ min: 0, max: 2, noNaN: true });

  test('brightness, then contrast, then saturation', () => {
    const image = imageOf(7, 4, 5);
    const brightMean = pixelsOf(image).reduce((sum, pixel) => sum + luma(pixel), 0) / 20;
    fc.assert(
      fc.property(factor, factor, factor, (brightness, contrast, saturation) => {
        const result = pixelsOf(adjustColours(copy(image), { brightness, contrast, saturation }));
        pixelsOf(image).forEach((pixel, place) => {
          const bright = pixel.map((value) => brightness * value);
          const contrasted = bright.map(
            (value) => contrast * value + (1 - contrast) * brightness * brightMean,
          );
          const grey = luma(contrasted);
          contrasted.forEach((value, channel) => {
            const expected = Math.min(Math.max(saturation * value + (1 - saturation) * grey, 0), 255);
            expect(Math.abs(result[place]![channel]! - expected)).toBeLessThanOrEqual(0.501);
          });
        });
      }),
    );
  });

  test('factors of 1 change nothing', () => {
    const image = imageOf(8, 9, 9);
    const same = adjustColours(copy(image), { brightness: 1, contrast: 1, saturation: 1 });
    expect(same.pixels).toEqual(image.pixels);
  });

  test('grayscale is luma in each channel', () => {
    const image = imageOf(9, 3, 3);
    const expected = pixelsOf(image).flatMap((pixel) => Array(3).fill(Math.floor(luma(pixel) + 0.5)));
    expect([...toGrayscale(copy(image)).pixels]).toEqual(expected);
  });
});

describe('cutOut', () => {
  test('fills a rectangle, cut at the border', () => {
    const image = imageOf(10, 10, 20);
    const result = cutOut(copy(image), { height: 0.4, width: 0.2, centre: [0, 0.5] });
    for (let y = 0; y < 10; y++) {
      for (let x = 0; x < 20; x++) {
        const inside = y < 2 && x >= 8 && x < 12;
        expect(at(result, y, x)).toEqual(inside ? [128, 128, 128] : at(image, y, x));
      }
    }
  });
});
