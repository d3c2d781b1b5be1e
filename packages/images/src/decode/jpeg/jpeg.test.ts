import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { noise, rgb } from '../../testing/files.ts';
import { jpegDecoder } from './jpeg-decoder.ts';
import { plainJpeg } from './plain-jpeg.ts';

const waves = Uint8Array.from(
  { length: 112 * 112 * 3 },
  (_, i) => 128 + 100 * Math.sin(i / 40) * Math.cos(i / 9000),
);
const picture = rgb(waves, 112, 112);

describe('jpegDecoder', () => {
  test.each([
    [{ quality: 95, chromaSubsampling: '4:4:4' }],
    [{ quality: 80 }],
    [{ quality: 30, progressive: true }],
    [{ quality: 75, mozjpeg: true }],
  ])('decodes to the bytes that libvips gives: %j', async (options) => {
    const bytes = await picture.clone().jpeg(options).toBuffer();
    const decoder = await jpegDecoder();
    expect(plainJpeg(bytes)).toEqual({ height: 112, width: 112 });
    const { pixels, height, width } = decoder.decode(bytes);
    expect([height, width]).toEqual([112, 112]);
    expect(Buffer.compare(pixels, await sharp(bytes).raw().toBuffer())).toBe(0);
  });

  test('throws on damage, and decodes the next image', async () => {
    const bytes = await picture.clone().jpeg().toBuffer();
    const decoder = await jpegDecoder();
    for (const share of [0.1, 0.5, 0.95])
      expect(() => decoder.decode(bytes.subarray(0, bytes.length * share))).toThrow();
    expect(() => decoder.decode(noise(1, 8, 8))).toThrow();
    expect(decoder.decode(bytes).width).toBe(112);
  });
});

describe('plainJpeg', () => {
  test('leaves everything that needs more than decoding to others', async () => {
    const gray = rgb(noise(1, 16, 16), 16, 16).toColorspace('b-w');
    const others = [
      picture.clone().withMetadata({ orientation: 6 }).jpeg(),
      picture.clone().withIccProfile('p3').jpeg(),
      picture.clone().toColorspace('cmyk').jpeg(),
      gray.jpeg(),
      picture.clone().png(),
    ];
    for (const other of others) expect(plainJpeg(await other.toBuffer())).toBeUndefined();
  });

  test('broken headers are undefined, wherever they end', async () => {
    const bytes = await picture.clone().jpeg().toBuffer();
    const frame = bytes.indexOf(Uint8Array.of(0xff, 0xc0));
    for (let length = 0; length < frame + 4; length++)
      expect(plainJpeg(bytes.subarray(0, length))).toBeUndefined();
    expect(
      plainJpeg(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0, 0, 0, 0, 0])),
    ).toBeUndefined();
  });
});
