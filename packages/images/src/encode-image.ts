import { checkArguments, checkOptions } from '@hm/tensor/host';
import sharp from 'sharp';
import type { RgbImage } from './rgb-image.ts';

/** Format of an image file. */
export type ImageFormat = 'jpeg' | 'png';

/** Options of {@link encodeImage}. */
export interface EncodeOptions {
  /** Format of the file. Default `jpeg`, chroma at full resolution. */
  format?: ImageFormat;
  /** Quality of a JPEG, 1 to 100. Default 95. */
  quality?: number;
}

/**
 * Encodes pixels as JPEG or PNG, into a buffer of its own.
 *
 * @example
 * await writeFile('ada.png', await encodeImage(image, { format: 'png' }));
 */
export async function encodeImage(
  image: RgbImage,
  options: EncodeOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { format = 'jpeg', quality = 95 } = checkOptions('encodeImage', options, {
    ...{ format: { oneOf: ['jpeg', 'png'] }, quality: 'number' },
  });
  checkArguments('encodeImage', { image }, { image: { has: ['pixels', 'height'] } });
  const { pixels, height, width } = image;
  const raw = sharp(pixels, { raw: { width, height, channels: 3 } });
  const encoded = format === 'png' ? raw.png() : raw.jpeg({ quality, chromaSubsampling: '4:4:4' });
  return Uint8Array.from(await encoded.toBuffer());
}
