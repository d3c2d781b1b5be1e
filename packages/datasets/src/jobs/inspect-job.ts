import { createHash } from 'node:crypto';
import { decodeImage, readEncoded } from '@hm/images';
import sharp from 'sharp';
import { differenceHash } from '../inspect/difference-hash.ts';
import { fromPortable, type PortableSource } from '../loader/portable-source.ts';

export interface InspectTask {
  source: PortableSource;
  name: string;
}

/** Result of inspecting one image. */
export interface Inspection {
  height: number;
  width: number;
  /** Format such as jpeg or png; `pixels` if it was not encoded. */
  format: string;
  /** SHA-256 of the file, or of the pixels. */
  digest: string;
  /** Perceptual hash, see `differenceHash`. */
  hash: Uint32Array;
}

/** Runs in the worker: reads, decodes and inspects the whole image. */
export async function inspect({ source, name }: InspectTask): Promise<Inspection> {
  const image = fromPortable(source);
  const bytes = 'pixels' in image ? image.pixels : readEncoded(image, name);
  const decoded = await decodeImage('pixels' in image ? image : { bytes }, { name });
  const format = 'pixels' in image ? 'pixels' : ((await sharp(bytes).metadata()).format ?? 'unknown');
  const digest = createHash('sha256').update(bytes).digest('base64');
  return { height: decoded.height, width: decoded.width, format, digest, hash: differenceHash(decoded) };
}
