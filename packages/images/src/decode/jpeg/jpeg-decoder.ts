import { createRequire } from 'node:module';
import type { RgbImage } from '../../rgb-image.ts';

/** libjpeg-turbo as WebAssembly. A small image costs a tenth of a libvips pipeline, and no other thread. */
export interface JpegDecoder {
  /** Returns the RGB pixels of a whole colour JPEG. @throws if the decoder reports any problem. */
  decode(bytes: Uint8Array): RgbImage;
}

/** The part of the module that is used here. Buffers are views of its memory, valid until its next call. */
interface TurboModule {
  JPEGDecoder: new () => {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getDecodedBuffer(): Uint8Array;
    getFrameInfo(): { width: number; height: number; componentCount: number };
  };
}

let loaded: Promise<JpegDecoder> | undefined;

/** Returns the decoder of this thread, loaded on first use. */
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
