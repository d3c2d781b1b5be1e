import { Buffer } from 'node:buffer';
import sharp from 'sharp';
import { decodeImage } from '../decode-image.ts';
import { fromPortable, type PortableSource } from '../portable-source.ts';
import { encodeImage } from '../write/encode-image.ts';

/** How images become files. */
export interface Encoding {
  /** Of images that are encoded here. Default `jpeg`, chroma at full resolution. */
  format?: 'jpeg' | 'png';
  /** Of JPEG. Default 95. */
  quality?: number;
  /** Resize to cover this and crop about the centre. Default: as they are, and encoded images pass unchanged. */
  size?: { height: number; width: number };
}

export interface EncodeTask {
  source: PortableSource;
  name: string;
  encoding: Encoding;
}

/** The worker's side of an encoding: the file's bytes, of a buffer that is transferred. */
export async function encode({ source, name, encoding }: EncodeTask): Promise<Uint8Array> {
  const { format = 'jpeg', quality = 95, size } = encoding;
  const image = fromPortable(source);
  if (!size && !('pixels' in image)) return encodeImage(image);
  const { pixels, height, width } = await decodeImage(image, { ...size, name });
  const raw = sharp(pixels, { raw: { height, width, channels: 3 } });
  const encoded = format === 'png' ? raw.png() : raw.jpeg({ quality, chromaSubsampling: '4:4:4' });
  return Uint8Array.from(Buffer.from(await encoded.toBuffer()));
}
