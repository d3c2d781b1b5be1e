import { createRequire } from 'node:module';
import type { RgbImage } from '../../rgb-image.ts';

/** libjpeg-turbo as WebAssembly: one small image takes a tenth of what a libvips pipeline costs, and no other thread. */
export interface JpegDecoder {
  /** RGB pixels of a whole colour JPEG. @throws if the decoder complains about anything at all. */
  decode(bytes: Uint8Array): RgbImage;
}

/** The part of the module that is used here; buffers are views of its memory, valid until its next call. */
interface TurboModule {
  JPEGDecoder: new () => {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getDecodedBuffer(): Uint8Array;
    getFrameInfo(): { width: number; height: number; componentCount: number };
  };
}

let loaded: Promise<JpegDecoder> | undefined;

/** The decoder of this thread, loaded when first asked for. */
export function jpegDecoder(): Promise<JpegDecoder> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<JpegDecoder> {
  const factory = createRequire(import.meta.url)('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs') as (
    options: object,
  ) => Promise<TurboModule>;
  const { JPEGDecoder } = await factory({});
  const decoder = new JPEGDecoder();
  return {
    decode(bytes) {
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.decode();
      const { width, height } = decoder.getFrameInfo();
      return { pixels: new Uint8Array(decoder.getDecodedBuffer()), height, width };
    },
  };
}
