import { encodeImage, readEncoded } from '@hm/images';
import type { ImageSource } from '../dataset.ts';

/** Returns an image as a file's bytes: an encoded one unchanged, pixels as JPEG. */
export const fileBytes = async (image: ImageSource, quality?: number): Promise<Uint8Array> =>
  'pixels' in image ? encodeImage(image, quality === undefined ? {} : { quality }) : readEncoded(image);
