import type { ImageSource } from '../dataset.ts';
import { fromPortable, type PortableSource } from '../loader/portable-source.ts';
import { fileBytes } from '../write/file-bytes.ts';

export interface ReadTask {
  source: PortableSource;
}

/** An image that can be kept in memory. */
export type KeptImage = Extract<ImageSource, { bytes: Uint8Array } | { pixels: Uint8Array }>;

/** Runs in the worker: returns the file's bytes, or the rendered pixels. */
export async function read({ source }: ReadTask): Promise<KeptImage> {
  const image = fromPortable(source);
  return 'pixels' in image ? image : { bytes: await fileBytes(image) };
}
