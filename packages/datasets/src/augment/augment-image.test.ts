import { describe, expect, test } from 'vitest';
import { noise } from '../testing/files.ts';
import { augmentImage } from './augment-image.ts';
import { type Augmentation, adaFace, flipOnly, standard } from './augmentation.ts';
import { mirror } from './mirror.ts';
import { resolveAugmentation } from './resolve-augmentation.ts';

const original = noise(1, 16, 12);
const image = () => ({ pixels: original.slice(), height: 16, width: 12 });
const apply = async (augmentation: Augmentation, index: number, epoch = 0, seed = 1) =>
  (await augmentImage(image(), resolveAugmentation(augmentation), { seed, epoch, index })).pixels;
const everything: Augmentation = {
  flip: {},
  affine: { rotationRadians: 0.1 },
  crop: {},
  lowResolution: {},
  blur: {},
  color: {},
  grayscale: {},
  jpeg: {},
  cutout: {},
};
const indices = Array.from({ length: 2000 }, (_, index) => index);

describe('augmentImage', () => {
  test('the same seed, epoch and index give the same image; another of any gives another', async () => {
    const shifted = { affine: { shiftPixels: 8 } };
    const differs = (from: Uint8Array, to: Uint8Array) => Buffer.compare(from, to) !== 0;
    for (const index of [0, 1, 2]) {
      for (const every of [standard, everything]) {
        expect(await apply(every, index)).toEqual(await apply(every, index));
      }
      const once = await apply(shifted, index);
      expect(differs(once, await apply(shifted, index + 1))).toBe(true);
      expect(differs(once, await apply(shifted, index, 1))).toBe(true);
      expect(differs(once, await apply(shifted, index, 0, 2))).toBe(true);
    }
  });

  test('flipOnly mirrors about half of the images and leaves the rest', async () => {
    const mirrored = mirror(image()).pixels;
    const results = await Promise.all(indices.map((index) => apply(flipOnly, index)));
    const flipped = results.filter((pixels) => Buffer.compare(pixels, mirrored) === 0).length;
    const kept = results.filter((pixels) => Buffer.compare(pixels, original) === 0).length;
    expect(flipped + kept).toBe(2000);
    // Four standard deviations of a fair coin thrown 2000 times are 89.
    expect(Math.abs(flipped - 1000)).toBeLessThan(90);
  });

  test('turning one change on does not move another’s draws', async () => {
    for (const index of [0, 1, 2, 3]) {
      const flipped = await apply(flipOnly, index);
      const both = await augmentImage(
        { pixels: flipped.slice(), height: 16, width: 12 },
        resolveAugmentation({ grayscale: {} }),
        { seed: 1, epoch: 0, index },
      );
      expect(await apply({ ...flipOnly, grayscale: {} }, index)).toEqual(both.pixels);
    }
  });

  test('shifts reach every offset and no further', async () => {
    const pixels = new Uint8Array(9 * 9 * 3);
    pixels.set([255, 255, 255], (4 * 9 + 4) * 3);
    const augmentation = resolveAugmentation({ affine: { shiftPixels: 1, border: 'black' } });
    const places = new Set<number>();
    for (const index of indices.slice(0, 300)) {
      const source = { pixels, height: 9, width: 9 };
      const result = await augmentImage(source, augmentation, { seed: 0, epoch: 0, index });
      places.add(result.pixels.indexOf(255) / 3);
    }
    const expected = [3, 4, 5].flatMap((y) => [3, 4, 5].map((x) => y * 9 + x));
    expect([...places].sort((a, b) => a - b)).toEqual(expected);
  });

  test('every change of probability 1 changes the image, of probability 0 none', async () => {
    for (const name of Object.keys(everything)) {
      expect(Buffer.compare(await apply({ [name]: { probability: 1 } }, 3), original), name).not.toBe(0);
      expect(await apply({ [name]: { probability: 0 } }, 3)).toEqual(original);
    }
  });

  test('every choice of a word is another image, and always the same one', async () => {
    const choices: [Augmentation, Augmentation][] = [
      [{ crop: { probability: 1 } }, { crop: { probability: 1, outside: 'enlarge' } }],
      [{ lowResolution: { probability: 1 } }, { lowResolution: { probability: 1, kernel: 'any' } }],
      [{ cutout: { probability: 1 } }, { cutout: { probability: 1, fill: 'noise' } }],
    ];
    for (const [first, second] of choices) {
      expect(Buffer.compare(await apply(first, 5), await apply(second, 5))).not.toBe(0);
      expect(await apply(second, 5)).toEqual(await apply(second, 5));
    }
  });

  test('adaFace changes crop, resolution and colour of a fifth of the images each', async () => {
    const { flip: _, ...three } = adaFace;
    for (const [name, options] of Object.entries(three)) {
      let changed = 0;
      for (const index of indices.slice(0, 1000)) {
        if (Buffer.compare(await apply({ [name]: options }, index), original) !== 0) changed++;
      }
      // Four standard deviations of 1000 draws with probability 0.2 are 51; one crop in some thousands keeps everything.
      expect(Math.abs(changed - 200), name).toBeLessThan(60);
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
    [{ flip: { probability: 1.5 } }, 'augment.flip.probability: expected a number from 0 to 1, got 1.5'],
    [{ flip: { probability: Number.NaN } }, 'augment.flip.probability'],
    [{ affine: { shiftPixels: 1.5 } }, 'shiftPixels: expected a whole number'],
    [{ affine: { border: 'mirror' } }, "'edge' or 'black'"],
    [{ cutout: { smallest: 0.5 } }, 'smallest ≤ largest'],
    [{ blur: { smallestSigma: 3 } }, 'smallestSigma ≤ largestSigma'],
    [{ jpeg: { lowestQuality: 0 } }, 'lowestQuality: expected a whole number from 1 to 100'],
    [{ jpeg: { highestQuality: 70.5 } }, 'highestQuality: expected a whole number'],
    [{ crop: { aspect: 0.5 } }, 'aspect: expected a number from 1 to 10'],
    [{ crop: { outside: 'gray' } }, "outside: expected 'black' or 'enlarge'"],
    [{ mirror: {} }, 'expected members among flip, affine'],
    [{ flip: { chance: 1 } }, 'members among probability'],
  ])('refuses %j', (augmentation, message) => {
    expect(() => resolveAugmentation(augmentation as Augmentation)).toThrow(message);
  });
});
