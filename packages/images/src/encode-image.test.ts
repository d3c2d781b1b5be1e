import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodeImage } from './decode/decode-image.ts';
import { encodeImage } from './encode-image.ts';
import { noise } from './testing/files.ts';

it('writes PNG without loss and JPEG without chroma subsampling', async () => {
  const image = { pixels: noise(1, 16, 32), height: 16, width: 32 };
  expect(await decodeImage({ bytes: await encodeImage(image, { format: 'png' }) })).toEqual(image);
  const jpeg = await encodeImage(image);
  expect((await sharp(jpeg).metadata()).chromaSubsampling).toBe('4:4:4');
  expect((await encodeImage(image, { quality: 30 })).length).toBeLessThan(jpeg.length);
});
