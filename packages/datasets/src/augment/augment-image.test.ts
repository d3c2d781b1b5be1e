import { describe, expect, test } from 'vitest';
import { noise } from '../testing/files.ts';
import { augmentImage } from './augment-image.ts';
import { type Augmentation, flipOnly, standard } from './augmentation.ts';
import { mirror } from './mirror.ts';
import { resolveAugmentation } from './resolve-augmentation.ts';

const original = noise(1, 16, 12);
const image = () => ({ pixels: original.slice(), height: 16, width: 12 });
const apply = (augmentation: Augmentation, index: number, epoch = 0, seed = 1) =>
  augmentImage(image(), resolveAugmentation(augmentation), { seed, epoch, index }).pixels;
const indices = Array.from({ length: 2000 }, (_, index) => index);

describe('augmentImage', () => {
  test('the same seed, epoch and index give the same image; another of any gives another', () => {
    const shifted = { affine: { shiftPixels: 8 } };
    const differs = (from: Uint8Array, to: Uint8Array) => Buffer.compare(from, to) !== 0;
    for (const index of [0, 1, 2]) {
      expect(apply(standard, index)).toEqual(apply(standard, index));
      expect(differs(apply(shifted, index), apply(shifted, index + 1))).toBe(true);
      expect(differs(apply(shifted, index), apply(shifted, index, 1))).toBe(true);
      expect(differs(apply(shifted, index), apply(shifted, index, 0, 2))).toBe(true);
    }
  });

  test('flipOnly mirrors about half of the images and leaves the rest', () => {
    const mirrored = mirror(image()).pixels;
    const results = indices.map((index) => apply(flipOnly, index));
    const flipped = results.filter((pixels) => Buffer.compare(pixels, mirrored) === 0).length;
    const kept = results.filter((pixels) => Buffer.compare(pixels, original) === 0).length;
    expect(flipped + kept).toBe(2000);
    // Four standard deviations of a fair coin thrown 2000 times are 89.
    expect(Math.abs(flipped - 1000)).toBeLessThan(90);
  });

  test('turning one change on does not move another’s draws', () => {
    for (const index of [0, 1, 2, 3]) {
      const flipped = apply(flipOnly, index);
      const both = augmentImage(
        { pixels: flipped.slice(), height: 16, width: 12 },
        resolveAugmentation({ grayscale: {} }),
        { seed: 1, epoch: 0, index },
      );
      expect(apply({ ...flipOnly, grayscale: {} }, index)).toEqual(both.pixels);
    }
  });

  test('shifts reach every offset and no further', () => {
    const pixels = new Uint8Array(9 * 9 * 3);
    pixels.set([255, 255, 255], (4 * 9 + 4) * 3);
    const augmentation = resolveAugmentation({ affine: { shiftPixels: 1, border: 'black' } });
    const places = new Set(
      indices.slice(0, 300).map((index) => {
        const result = augmentImage({ pixels, height: 9, width: 9 }, augmentation, {
          seed: 0,
          epoch: 0,
          index,
        });
        return result.pixels.indexOf(255) / 3;
      }),
    );
    const expected = [3, 4, 5].flatMap((y) => [3, 4, 5].map((x) => y * 9 + x));
    expect([...places].sort((a, b) => a - b)).toEqual(expected);
  });

  test('every change of probability 1 changes the image, of probability 0 none', () => {
    for (const name of ['flip', 'affine', 'lowResolution', 'colour', 'grayscale', 'cutout'] as const) {
      expect(Buffer.compare(apply({ [name]: { probability: 1 } }, 3), original)).not.toBe(0);
      expect(apply({ [name]: { probability: 0 } }, 3)).toEqual(original);
    }
  });
});

describe('resolveAugmentation', () => {
  test('fills in the documented defaults', () => {
    expect(resolveAugmentation({ flip: {}, affine: { scale: 0.1 } })).toEqual({
      flip: { probability: 0.5 },
      affine: { probability: 1, shiftPixels: 4, rotationRadians: 0, scale: 0.1, border: 'edge' },
    });
  });

  test.each([
    [{ flip: { probability: 1.5 } }, 'augment flip: expected probability from 0 to 1, got 1.5'],
    [{ flip: { probability: Number.NaN } }, 'augment flip'],
    [{ affine: { shiftPixels: 1.5 } }, 'whole pixels'],
    [{ affine: { border: 'mirror' } }, "'edge' or 'black'"],
    [{ cutout: { smallest: 0.5 } }, 'smallest ≤ largest'],
    [{ mirror: {} }, 'expected one of flip, affine'],
    [{ flip: { chance: 1 } }, 'fields among probability'],
  ])('refuses %j', (augmentation, message) => {
    expect(() => resolveAugmentation(augmentation as Augmentation)).toThrow(message);
  });
});
