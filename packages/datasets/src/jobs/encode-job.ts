import { decodeImage, type EncodeOptions, encodeImage } from '@hm/images';
import { fromPortable, type PortableSource } from '../loader/portable-source.ts';
import { fileBytes } from '../write/file-bytes.ts';

/** Options for encoding images. */
export interface Encoding extends EncodeOptions {
  /** Size to cover, cropping about the centre. Default: as they are, and encoded images pass unchanged. */
  size?: { height: number; width: number };
}

export interface EncodeTask {
  source: PortableSource;
  name: string;
  encoding: Encoding;
}

/** Runs in the worker: returns an encoded image's bytes, in a buffer that is transferred. */
export async function encode({ source, name, encoding }: EncodeTask): Promise<Uint8Array> {
  const { size, ...options } = encoding;
  const image = fromPortable(source);
  if (!size && !('pixels' in image)) return fileBytes(image);
  return encodeImage(await decodeImage(image, { ...size, name }), options);
}
