import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeRgb, encodeRgb } from './image.ts';

const halves = sharp(Buffer.from([255, 0, 0, 0, 0, 255]), {
  raw: { width: 2, height: 1, channels: 3 },
}).resize(32, 16, { kernel: 'nearest' });
const pixel = ({ pixels, width }: { pixels: Uint8Array; width: number }, x: number, y: number) =>
  Array.from(pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3));

describe('decodeRgb', () => {
  it('applies the EXIF orientation', async () => {
    const bytes = await halves.clone().withMetadata({ orientation: 6 }).png().toBuffer();
    const image = await decodeRgb(bytes);
    expect([image.height, image.width]).toEqual([32, 16]);
    expect(pixel(image, 8, 2)).toEqual([255, 0, 0]);
    expect(pixel(image, 8, 29)).toEqual([0, 0, 255]);
  });

  it('converts grey, grey with alpha, 16-bit and transparent images', async () => {
    const grey = await decodeRgb(await halves.clone().toColourspace('b-w').png().toBuffer());
    expect(grey.pixels.length).toBe(32 * 16 * 3);
    expect(new Set(pixel(grey, 2, 2)).size).toBe(1);
    const deep = await decodeRgb(await halves.clone().toColourspace('rgb16').png().toBuffer());
    expect(pixel(deep, 2, 2)).toEqual([255, 0, 0]);
    const clear = await decodeRgb(await halves.clone().ensureAlpha(0).png().toBuffer());
    expect(pixel(clear, 2, 2)).toEqual([0, 0, 0]);
    const greyClear = await decodeRgb(
      await halves.clone().toColourspace('b-w').ensureAlpha(1).png().toBuffer(),
    );
    expect(greyClear.pixels.length).toBe(32 * 16 * 3);
  });

  it('converts CMYK', async () => {
    const bytes = await halves.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const [red, green, blue] = pixel(await decodeRgb(bytes), 4, 8);
    expect(red).toBeGreaterThan(200);
    expect(Math.max(green!, blue!)).toBeLessThan(80);
  });

  it('refuses truncated, empty and missing files by name', async () => {
    const bytes = await halves.clone().resize(256, 256).jpeg().toBuffer();
    await expect(decodeRgb(bytes.subarray(0, bytes.length - 300))).rejects.toMatchObject({
      code: 'invalid-data',
    });
    await expect(decodeRgb(new Uint8Array(0))).rejects.toMatchObject({ code: 'invalid-data' });
    await expect(decodeRgb('no-such.jpg')).rejects.toMatchObject({ fields: { path: 'no-such.jpg' } });
  });
});

describe('encodeRgb', () => {
  it('writes PNG without loss and JPEG without chroma subsampling', async () => {
    const image = await decodeRgb(await halves.clone().png().toBuffer());
    expect(await decodeRgb(await encodeRgb(image, 'png'))).toEqual(image);
    const jpeg = await encodeRgb(image, 'jpeg');
    expect((await sharp(jpeg).metadata()).chromaSubsampling).toBe('4:4:4');
  });
});
