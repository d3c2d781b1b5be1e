import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ImageSource } from '../dataset.ts';
import { badImage } from '../decode-image.ts';
import { readAt } from '../files/read-at.ts';

/** An image as a file's bytes: an encoded one unchanged, pixels as JPEG. */
export async function encodeImage(image: ImageSource, quality = 95): Promise<Uint8Array> {
  if ('bytes' in image) return image.bytes;
  if ('file' in image) return readAt(image.file, image.offset, image.length);
  if ('path' in image) return readImage(image.path);
  const { pixels, height, width } = image;
  return sharp(pixels, { raw: { height, width, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

const readImage = (path: string): Promise<Uint8Array> =>
  readFile(path).catch((cause: Error) => {
    throw badImage(path, cause.message, cause);
  });
