import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { badImage, decodeImage } from '../decode-image.ts';
import { readAt } from '../files/read-at.ts';
import { differenceHash } from '../inspect/difference-hash.ts';
import { fromPortable, type PortableSource } from '../portable-source.ts';

export interface InspectTask {
  source: PortableSource;
  name: string;
}

/** What was seen in one image. */
export interface Inspection {
  height: number;
  width: number;
  /** jpeg, png …; `pixels` if it was not encoded. */
  format: string;
  /** SHA-256 of the file, or of the pixels. */
  digest: string;
  /** See `differenceHash`. */
  hash: Uint32Array;
}

/** The worker's side of an inspection: reads and decodes the whole image. */
export async function inspect({ source, name }: InspectTask): Promise<Inspection> {
  const image = fromPortable(source);
  const bytes = 'pixels' in image ? image.pixels : 'bytes' in image ? image.bytes : await read(image);
  const decoded = await decodeImage('pixels' in image ? image : { bytes }, { name });
  const format = 'pixels' in image ? 'pixels' : ((await sharp(bytes).metadata()).format ?? 'unknown');
  const digest = createHash('sha256').update(bytes).digest('base64');
  return { height: decoded.height, width: decoded.width, format, digest, hash: differenceHash(decoded) };
}

type OnDisk = { path: string } | { file: string; offset: number; length: number };

async function read(image: OnDisk): Promise<Uint8Array> {
  if ('file' in image) return readAt(image.file, image.offset, image.length);
  return readFile(image.path).catch((cause: Error) => {
    throw badImage(image.path, cause.message, cause);
  });
}
