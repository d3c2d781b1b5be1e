import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { HmError } from '@hm/tensor/host';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { noise, rgb, temporaryFolder, tiff, write } from '../testing/files.ts';
import { decodeImage } from './decode-image.ts';

const folder = temporaryFolder();

const solid = (background: { r: number; g: number; b: number; alpha?: number }, width = 20, height = 30) =>
  sharp({ create: { width, height, channels: background.alpha === undefined ? 3 : 4, background } });

const firstPixel = ({ pixels }: { pixels: Uint8Array }) => [...pixels.subarray(0, 3)];

async function failure(promise: Promise<unknown>): Promise<HmError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!HmError.isInstance(error)) throw new Error(`expected an HmError, got ${error}`);
  return error;
}

describe('formats', () => {
  test('RGB pixels of a PNG come back exactly', async () => {
    const pixels = noise(1, 9, 7);
    const bytes = await rgb(pixels, 9, 7).png().toBuffer();
    expect(await decodeImage({ bytes })).toEqual({ pixels, height: 9, width: 7 });
  });

  test('a CMYK JPEG becomes sRGB', async () => {
    const bytes = await solid({ r: 200, g: 60, b: 40 })
      .toColorspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(4);
    const image = await decodeImage({ bytes });
    expect(image.pixels.length).toBe(20 * 30 * 3);
    const [red, green, blue] = firstPixel(image);
    expect(Math.abs(red! - 200)).toBeLessThan(16);
    expect(Math.abs(green! - 60)).toBeLessThan(32);
    expect(blue!).toBeLessThan(72);
  });

  test('grey becomes three equal channels', async () => {
    for (const format of ['png', 'jpeg'] as const) {
      const bytes = await solid({ r: 90, g: 90, b: 90 }).toColorspace('b-w').toFormat(format).toBuffer();
      expect((await sharp(bytes).metadata()).channels).toBe(1);
      expect(firstPixel(await decodeImage({ bytes }))).toEqual([90, 90, 90]);
    }
  });

  test('16 bits become 8, in colour and in grey', async () => {
    const color = await solid({ r: 100, g: 50, b: 200 }).toColorspace('rgb16').png().toBuffer();
    const gray = await solid({ r: 100, g: 100, b: 100 }).toColorspace('grey16').png().toBuffer();
    for (const bytes of [color, gray]) expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    expect(firstPixel(await decodeImage({ bytes: color }))).toEqual([100, 50, 200]);
    expect(firstPixel(await decodeImage({ bytes: gray }))).toEqual([100, 100, 100]);
  });

  test('an embedded profile is converted to sRGB', async () => {
    const color = solid({ r: 200, g: 60, b: 40 });
    const bytes = await color.withIccProfile('p3').png().toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(Math.abs(stored[0]! - 200)).toBeGreaterThan(8);
    const pixel = firstPixel(await decodeImage({ bytes }));
    [200, 60, 40].forEach((value, channel) => {
      expect(Math.abs(pixel[channel]! - value)).toBeLessThan(4);
    });
  });

  test('transparency is flattened onto black', async () => {
    const bytes = await solid({ r: 200, g: 100, b: 40, alpha: 0.5 }).png().toBuffer();
    expect(firstPixel(await decodeImage({ bytes }))).toEqual([100, 50, 20]);
  });

  test('EXIF orientation 6 is a quarter turn clockwise', async () => {
    const pixels = noise(2, 4, 6);
    const bytes = await rgb(pixels, 4, 6).withMetadata({ orientation: 6 }).png().toBuffer();
    const image = await decodeImage({ bytes });
    expect([image.height, image.width]).toEqual([6, 4]);
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 4; x++) {
        const from = ((3 - x) * 6 + y) * 3;
        expect(image.pixels.subarray((y * 4 + x) * 3, (y * 4 + x) * 3 + 3)).toEqual(
          pixels.subarray(from, from + 3),
        );
      }
    }
  });
});

describe('samples beyond the colour', () => {
  const color = [200, 100, 50];
  test.each([
    ['none', tiff(color, {}), color],
    ['transparency', tiff([...color, 128], { extra: [2] }), [100, 50, 25]],
    [
      'transparency that the colour is multiplied by',
      tiff([100, 50, 25, 128], { extra: [1] }),
      [100, 50, 25],
    ],
    ['a saved selection', tiff([...color, 9], { extra: [0] }), color],
    ['something that no tag tells of', tiff([...color, 9], {}), color],
    ['transparency and a selection', tiff([...color, 128, 9], { extra: [2, 0] }), [100, 50, 25]],
    ['a selection and transparency', tiff([...color, 9, 128], { extra: [0, 2] }), [100, 50, 25]],
    ['a selection beside grey', tiff([90, 9], { photometric: 1, extra: [0] }), [90, 90, 90]],
    ['two beside grey', tiff([90, 9, 5], { photometric: 1, extra: [0, 0] }), [90, 90, 90]],
  ])('%s', async (_, bytes, expected) => {
    for (const options of [{}, { height: 4, width: 4 }]) {
      const image = await decodeImage({ bytes }, options);
      expect(image.pixels.length).toBe(image.height * image.width * 3);
      expect(firstPixel(image)).toEqual(expected);
    }
  });

  test('a selection does not blacken a photograph of more than a million pixels', async () => {
    const bytes = tiff([...color, 0], { extra: [0], side: 1030 });
    for (const options of [{}, { height: 112, width: 112 }])
      expect(firstPixel(await decodeImage({ bytes }, options))).toEqual(color);
  });

  test('more channels than libvips takes are refused', async () => {
    const bytes = tiff([...color, 255, 1, 2, 3], { extra: [2, 0, 0, 0] });
    expect((await failure(decodeImage({ bytes }))).code).toBe('invalid-data');
  });
});

describe('sizes', () => {
  test('an image that already fits is not resampled', async () => {
    const pixels = noise(3, 8, 8);
    const bytes = await rgb(pixels, 8, 8).png().toBuffer();
    expect((await decodeImage({ bytes }, { height: 8, width: 8 })).pixels).toEqual(pixels);
    const source = { pixels, height: 8, width: 8 };
    expect((await decodeImage(source, { height: 8, width: 8 })).pixels).toBe(pixels);
  });

  test('another shape covers the size and is cropped about its centre', async () => {
    // Three bands of 20 columns: the middle one is what a square of 20 shows.
    const pixels = new Uint8Array(20 * 60 * 3).map(
      (_, at) => [10, 200, 90][Math.floor(((at / 3) % 60) / 20)]!,
    );
    const image = await decodeImage({ pixels, height: 20, width: 60 }, { height: 20, width: 20 });
    expect([image.height, image.width]).toEqual([20, 20]);
    expect(image.pixels.every((value) => value === 200)).toBe(true);
    const half = await decodeImage({ pixels, height: 20, width: 60 }, { height: 10, width: 10 });
    expect(firstPixel({ pixels: half.pixels.subarray(5 * 30 + 15) })).toEqual([200, 200, 200]);
  });

  test('orientation is applied before the crop', async () => {
    const bytes = await rgb(noise(4, 20, 40), 20, 40)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const image = await decodeImage({ bytes }, { height: 40, width: 20 });
    const whole = await decodeImage({ bytes });
    expect(image.pixels).toEqual(whole.pixels);
  });
});

describe('bad input', () => {
  test('a truncated JPEG names the file', async () => {
    for (const progressive of [false, true]) {
      const bytes = await rgb(noise(5, 64, 64), 64, 64)
        .jpeg({ progressive })
        .toBuffer();
      for (const share of [0.05, 0.4, 0.9]) {
        const path = write(join(folder, 'cut.jpg'), bytes.subarray(0, bytes.length * share));
        const error = await failure(decodeImage({ path }, { height: 32, width: 32 }));
        expect(error.code).toBe('invalid-data');
        expect(error.message).toContain(path);
        expect(error.fields.path).toBe(path);
      }
    }
  });

  test('a missing file, a folder, text and no bytes at all', async () => {
    const text = write(join(folder, 'text.jpg'), 'not an image');
    const empty = write(join(folder, 'empty.jpg'), '');
    for (const path of [join(folder, 'none.jpg'), folder, text, empty]) {
      const error = await failure(decodeImage({ path }));
      expect([error.code, error.fields.path]).toEqual(['invalid-data', path]);
    }
    const error = await failure(decodeImage({ bytes: new Uint8Array() }, { name: 'record 7' }));
    expect(error.message).toContain('record 7');
  });

  test('a corrupt PNG', async () => {
    const bytes = await rgb(noise(6, 40, 40), 40, 40)
      .png()
      .toBuffer();
    bytes[bytes.length >> 1]! ^= 255;
    expect((await failure(decodeImage({ bytes }))).code).toBe('invalid-data');
  });

  test('more pixels than allowed', async () => {
    const bytes = await solid({ r: 1, g: 2, b: 3 }, 100, 100).png().toBuffer();
    expect((await failure(decodeImage({ bytes }, { maxPixels: 9999 }))).message).toContain('pixel limit');
    expect((await decodeImage({ bytes }, { maxPixels: 10_000 })).height).toBe(100);
  });

  test('a small file that says it has billions of pixels', async () => {
    const png = await rgb(noise(7, 8, 8), 8, 8)
      .png()
      .toBuffer();
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    const jpeg = await rgb(noise(7, 8, 8), 8, 8)
      .jpeg()
      .toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(60_000, frame + 5);
    jpeg.writeUInt16BE(60_000, frame + 7);
    for (const bytes of [png, jpeg]) {
      expect((await failure(decodeImage({ bytes }))).message).toContain('pixel limit');
    }
  });

  test('a file of gigabytes is not read', async () => {
    const file = write(join(folder, 'huge.jpg'), '');
    truncateSync(file, 2 ** 33);
    for (const source of [{ path: file }, { file, offset: 8, length: 2 ** 32 }]) {
      expect((await failure(decodeImage(source))).message).toContain('of at most 268435456');
    }
  });

  test('a drawing is no image', async () => {
    const bytes = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    );
    expect((await sharp(bytes).metadata()).format).toBe('svg');
    expect((await failure(decodeImage({ bytes }))).message).toContain('not a JPEG');
  });

  test('what else it is, and what the system says, in words', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    expect((await failure(decodeImage({ bytes: heic }))).message).toContain('HEIC, not a JPEG');
    const pointer = Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n');
    expect((await failure(decodeImage({ bytes: pointer }))).message).toContain('a pointer of Git LFS');
    expect((await failure(decodeImage({ bytes: Buffer.alloc(0) }))).message).toContain('an empty file');
    expect((await failure(decodeImage({ path: join(folder, 'none.jpg') }))).message).toContain(
      'no such file',
    );
    expect((await failure(decodeImage({ path: folder }))).message).toContain('a folder');
  });

  test('half a size, and pixels that do not fill theirs', async () => {
    const source = { pixels: new Uint8Array(11), height: 2, width: 2 };
    expect((await failure(decodeImage(source))).code).toBe('invalid-argument');
    const fitting = { pixels: new Uint8Array(12), height: 2, width: 2 };
    expect((await failure(decodeImage(fitting, { height: 4 }))).code).toBe('invalid-argument');
  });
});
