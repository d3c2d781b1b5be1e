import type { RgbImage } from '@hm/images';
import { Rng } from '@hm/tensor/host';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noise } from '../testing/files.ts';
import { drawCrop } from './augment-image.ts';
import { adjustColors, toGrayscale } from './color.ts';
import { mirror } from './mirror.ts';
import { recompress } from './recompress.node.ts';
import { blackenOutside, cutOut, enlarge } from './rectangles.ts';
import { blur, lowerResolution, resample } from './resample.ts';
import { kernels } from './taps.ts';
import { warpAffine } from './warp-affine.ts';

const imageOf = (seed: number, height: number, width: number): RgbImage => ({
  pixels: noise(seed, height, width),
  height,
  width,
});
const copy = (image: RgbImage): RgbImage => ({ ...image, pixels: image.pixels.slice() });
const at = ({ pixels, width }: RgbImage, y: number, x: number) => [
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
    expect(lowerResolution(image, 1, 'area', 'linear').pixels).toEqual(image.pixels);
    const plain = { pixels: new Uint8Array(5 * 7 * 3).fill(77), height: 5, width: 7 };
    expect(lowerResolution(plain, 0.3, 'area', 'linear').pixels).toEqual(plain.pixels);
  });

  test('one remaining pixel is the mean', () => {
    const image = imageOf(6, 4, 4);
    const mean = [0, 1, 2].map((channel) => {
      const values = [...image.pixels].filter((_, place) => place % 3 === channel);
      return Math.floor(values.reduce((sum, value) => sum + value, 0) / 16 + 0.5);
    });
    const result = lowerResolution(image, 0.01, 'area', 'linear');
    for (const place of [0, 5, 15])
      expect([...result.pixels.subarray(place * 3, place * 3 + 3)]).toEqual(mean);
  });

  test('half the size averages blocks of four', () => {
    const pixels = new Uint8Array(4 * 4 * 3);
    pixels.set([40, 80, 120], 0);
    const result = lowerResolution({ pixels, height: 4, width: 4 }, 0.5, 'area', 'linear');
    expect(at(result, 0, 0)).toEqual([10, 20, 30]);
    expect(at(result, 3, 3)).toEqual([0, 0, 0]);
  });
});

describe('color', () => {
  const luma = ([red, green, blue]: number[]) => 0.299 * red! + 0.587 * green! + 0.114 * blue!;
  const pixelsOf = ({ pixels }: RgbImage) =>
    Array.from({ length: pixels.length / 3 }, (_, place) => [...pixels.subarray(place * 3, place * 3 + 3)]);
  const factor = fc.double({ min: 0, max: 2, noNaN: true });

  test('brightness, then contrast, then saturation', () => {
    const image = imageOf(7, 4, 5);
    const brightMean = pixelsOf(image).reduce((sum, pixel) => sum + luma(pixel), 0) / 20;
    fc.assert(
      fc.property(factor, factor, factor, (brightness, contrast, saturation) => {
        const result = pixelsOf(adjustColors(copy(image), { brightness, contrast, saturation }));
        pixelsOf(image).forEach((pixel, place) => {
          const bright = pixel.map((value) => brightness * value);
          const contrasted = bright.map(
            (value) => contrast * value + (1 - contrast) * brightness * brightMean,
          );
          const gray = luma(contrasted);
          contrasted.forEach((value, channel) => {
            const expected = Math.min(Math.max(saturation * value + (1 - saturation) * gray, 0), 255);
            expect(Math.abs(result[place]![channel]! - expected)).toBeLessThanOrEqual(0.501);
          });
        });
      }),
    );
  });

  test('factors of 1 change nothing', () => {
    const image = imageOf(8, 9, 9);
    const same = adjustColors(copy(image), { brightness: 1, contrast: 1, saturation: 1 });
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
    const result = cutOut(copy(image), { height: 0.4, width: 0.2, center: [0, 0.5] });
    for (let y = 0; y < 10; y++) {
      for (let x = 0; x < 20; x++) {
        const inside = y < 2 && x >= 8 && x < 12;
        expect(at(result, y, x)).toEqual(inside ? [128, 128, 128] : at(image, y, x));
      }
    }
  });
});

test('cutOut fills with noise that its generator decides', () => {
  const whole = { height: 2, width: 2, center: [0.5, 0.5] } as const;
  const image = imageOf(11, 30, 30);
  const first = cutOut(copy(image), whole, Rng.of(1)).pixels;
  expect(cutOut(copy(image), whole, Rng.of(1)).pixels).toEqual(first);
  expect(Buffer.compare(cutOut(copy(image), whole, Rng.of(2)).pixels, first)).not.toBe(0);
  expect(Math.abs(first.reduce((sum, value) => sum + value, 0) / first.length - 127.5)).toBeLessThan(8);
});

describe('resample', () => {
  test('every kernel keeps one colour, and the image at its own size', () => {
    const plain = { pixels: new Uint8Array(9 * 7 * 3).fill(77), height: 9, width: 7 };
    const image = imageOf(12, 9, 7);
    for (const kernel of kernels) {
      expect(new Set(resample(plain, 4, 20, kernel).pixels)).toEqual(new Set([77]));
      expect(resample(image, 9, 7, kernel).pixels).toEqual(image.pixels);
    }
  });

  test('every kernel but the nearest keeps a ramp, away from its ends', () => {
    const ramp = {
      pixels: new Uint8Array(3 * 24 * 3).map((_, at) => 10 * (Math.floor(at / 3) % 24)),
      height: 3,
      width: 24,
    };
    for (const kernel of kernels.filter((name) => name !== 'nearest')) {
      for (const width of [16, 36]) {
        const result = resample(ramp, 3, width, kernel);
        for (let x = Math.ceil(width / 4); x < width * 0.75; x++) {
          const expected = 10 * (((x + 0.5) * 24) / width - 0.5);
          // Lanczos weights reproduce a line only nearly.
          expect(Math.abs(at(result, 1, x)[0]! - expected), `${kernel} ${width} ${x}`).toBeLessThan(1.6);
        }
      }
    }
  });

  test('nearest takes one pixel, area the mean of what it covers', () => {
    const pixels = new Uint8Array(6 * 3).map((_, place) => 30 * Math.floor(place / 3));
    const line = { pixels, height: 1, width: 6 };
    const values = (width: number, kernel: 'nearest' | 'area') =>
      [...resample(line, 1, width, kernel).pixels].filter((_, place) => place % 3 === 0);
    expect(values(2, 'nearest')).toEqual([30, 120]);
    expect(values(2, 'area')).toEqual([30, 120]);
    // 6 pixels to 4: each covers one and a half.
    expect(values(4, 'area')).toEqual([10, 50, 100, 140]);
    expect(values(12, 'nearest')).toEqual([0, 0, 30, 30, 60, 60, 90, 90, 120, 120, 150, 150]);
  });
});

test('blur spreads a point as a Gaussian and repeats the edge', () => {
  const pixels = new Uint8Array(21 * 21 * 3);
  pixels.fill(255, (10 * 21 + 10) * 3, (10 * 21 + 11) * 3);
  const result = blur({ pixels, height: 21, width: 21 }, 1.2);
  const weight = (distance: number) =>
    Math.exp(-(distance ** 2) / (2 * 1.2 ** 2)) / (1.2 * Math.sqrt(2 * Math.PI));
  for (const [y, x] of [
    [10, 10],
    [10, 11],
    [12, 9],
    [7, 10],
  ] as const) {
    expect(Math.abs(at(result, y, x)[0]! - 255 * weight(y - 10) * weight(x - 10))).toBeLessThan(1);
  }
  const plain = { pixels: new Uint8Array(5 * 5 * 3).fill(200), height: 5, width: 5 };
  expect(blur(plain, 3).pixels).toEqual(plain.pixels);
});

describe('crop', () => {
  const rectangle = { top: 2, left: 1, height: 3, width: 4 };

  test('blackenOutside leaves the rectangle in its place', () => {
    const image = imageOf(13, 7, 6);
    const result = blackenOutside(copy(image), rectangle);
    for (let y = 0; y < 7; y++) {
      for (let x = 0; x < 6; x++) {
        const inside = y >= 2 && y < 5 && x >= 1 && x < 5;
        expect(at(result, y, x)).toEqual(inside ? at(image, y, x) : [0, 0, 0]);
      }
    }
  });

  test('enlarge fills the image with the rectangle', () => {
    const image = imageOf(14, 7, 6);
    expect(enlarge(image, { top: 0, left: 0, height: 7, width: 6 }).pixels).toEqual(image.pixels);
    const one = enlarge(image, { top: 3, left: 2, height: 1, width: 1 });
    for (const [y, x] of [
      [0, 0],
      [3, 2],
      [6, 5],
    ] as const)
      expect(at(one, y, x)).toEqual(at(image, 3, 2));
  });

  test('a drawn rectangle lies in the image and has about the area and aspect asked for', () => {
    const image = { pixels: new Uint8Array(), height: 112, width: 112 };
    const rng = Rng.of('crops');
    const shares = Array.from({ length: 2000 }, () => {
      const drawn = drawCrop(
        image,
        { probability: 1, smallest: 0.2, largest: 0.7, aspect: 4 / 3, outside: 'black' },
        rng,
      );
      expect(drawn.top >= 0 && drawn.left >= 0).toBe(true);
      expect(drawn.top + drawn.height <= 112 && drawn.left + drawn.width <= 112).toBe(true);
      expect(Math.max(drawn.height / drawn.width, drawn.width / drawn.height)).toBeLessThan(1.37);
      return (drawn.height * drawn.width) / 112 ** 2;
    });
    expect(Math.min(...shares)).toBeGreaterThan(0.19);
    expect(Math.max(...shares)).toBeLessThan(0.71);
    expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) / 2000 - 0.45)).toBeLessThan(0.02);
  });
});

test('recompress gives what a JPEG of that quality shows: the worse, the further from the image', async () => {
  const width = 32;
  const pixels = new Uint8Array(width * width * 3).map((_, place) => 128 + 100 * Math.sin(place / 40));
  const image = { pixels, height: width, width };
  const distance = async (quality: number) => {
    const result = await recompress(image, quality);
    return (
      result.pixels.reduce((sum, value, place) => sum + Math.abs(value - pixels[place]!), 0) / pixels.length
    );
  };
  const [good, fair, poor] = [await distance(100), await distance(60), await distance(5)];
  expect(good!).toBeLessThan(fair!);
  expect(fair!).toBeLessThan(poor!);
  expect(await recompress(image, 40)).toEqual(await recompress(image, 40));
});
