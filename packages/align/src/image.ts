import { InvalidDataError } from '@hm/tensor/host';
import sharp from 'sharp';

/** 8-bit sRGB pixels, row-major `[height, width, 3]`. */
export interface RgbImage {
  pixels: Uint8Array;
  height: number;
  width: number;
}

/** A file's path, or the bytes of an encoded image. */
export type ImageInput = string | Uint8Array;

/**
 * Decodes a photograph to 8-bit sRGB with its EXIF orientation applied. Grey, CMYK and 16-bit images are
 * converted; transparency is laid over black.
 *
 * @throws {InvalidDataError} if the file cannot be read, is no image or is truncated; `fields.path` names it.
 * @example
 * const { pixels, height, width } = await decodeRgb('photographs/ada.jpg');
 */
export async function decodeRgb(input: ImageInput): Promise<RgbImage> {
  try {
    const { data, info } = await sharp(input, { failOn: 'error' })
      .autoOrient()
      .flatten()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { pixels: threeChannels(data, info.channels), height: info.height, width: info.width };
  } catch (cause) {
    throw undecodable(input, cause);
  }
}

function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; to < pixels.length; from += channels, to += 3) {
    pixels.fill(data[from]!, to, to + 3);
  }
  return pixels;
}

/** How an image file is written. */
export type ImageFormat = 'jpeg' | 'png';

/** Encodes pixels as PNG, or as JPEG of quality 95 without chroma subsampling. */
export function encodeRgb({ pixels, height, width }: RgbImage, format: ImageFormat): Promise<Uint8Array> {
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  return format === 'png'
    ? image.png().toBuffer()
    : image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
}

function undecodable(input: ImageInput, cause: unknown): InvalidDataError {
  const path = typeof input === 'string' ? input : undefined;
  return new InvalidDataError({
    where: 'decodeRgb',
    expected: 'a whole image in a format that libvips reads (JPEG, PNG, WebP, TIFF, GIF, AVIF)',
    received: `${path ?? 'bytes'}: ${cause instanceof Error ? cause.message : String(cause)}`,
    fix: 'Fetch the file again, or leave it out.',
    ...(path === undefined ? {} : { fields: { path } }),
    cause,
  });
}
