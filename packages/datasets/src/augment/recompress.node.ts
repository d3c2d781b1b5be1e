import { decodeImage, type RgbImage } from '@hm/images';
import sharp from 'sharp';

/**
 * Encodes the image as a JPEG of a quality from 1 to 100 and decodes it. Chroma has half the resolution, as in most
 * photographs.
 */
export async function recompress({ pixels, height, width }: RgbImage, quality: number): Promise<RgbImage> {
  const image = sharp(pixels, { raw: { height, width, channels: 3 } });
  return decodeImage({ bytes: await image.jpeg({ quality, chromaSubsampling: '4:2:0' }).toBuffer() });
}
