import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { HmError, InvalidArgumentError, InvalidDataError } from '@hm/tensor/host';
import sharp from 'sharp';
import type { ImageSource } from './dataset.ts';
import { readAt } from './files/read-at.ts';
import { jpegDecoder } from './jpeg/jpeg-decoder.ts';
import { plainJpeg } from './jpeg/plain-jpeg.ts';
import { resizePixels } from './resize-pixels.ts';
import { rasterFormat } from './write/image-extension.ts';

/** RGB pixels, row-major `[height, width, 3]`, 8 bits each. */
export interface DecodedImage {
  pixels: Uint8Array;
  height: number;
  width: number;
}

/** What {@link decodeImage} takes. */
export interface DecodeOptions {
  /** Wanted size in pixels, together with `width`; default: the image's own. */
  height?: number;
  width?: number;
  /** More pixels than this in the file are refused before decoding. Default 100 million. */
  maxPixels?: number;
  /** What an error calls an image that has no path. Default `image bytes`. */
  name?: string;
}

/**
 * Decodes an image to sRGB, 8 bits: EXIF orientation applied; CMYK, grey, 16-bit and embedded colour profiles
 * converted; transparency flattened onto black; the first page of several. With a wanted size, an image of another
 * size is resized to cover it (bilinear, over all pixels that go into one) and cropped about its centre. Pixels that already fit are returned as they
 * are, without a copy.
 *
 * @throws {InvalidDataError} if the file is missing, truncated, corrupt, too large or no image; `fields.path` names it.
 * @throws {InvalidArgumentError} if only one of height and width is given, or pixels do not fill their size.
 * @example
 * const { pixels, height, width } = await decodeImage({ path: 'face.jpg' }, { height: 112, width: 112 });
 */
export async function decodeImage(source: ImageSource, options: DecodeOptions = {}): Promise<DecodedImage> {
  const size = wantedSize(options);
  if ('pixels' in source) {
    checkPixels(source);
    if (fits(source, size)) return source;
  }
  const maxPixels = options.maxPixels ?? 100_000_000;
  try {
    const read = await readSource(source);
    const image = ('bytes' in read && (await decodePlainJpeg(read.bytes, maxPixels))) || read;
    if (!('pixels' in image)) return await decode(image.bytes, maxPixels, size);
    return !size || fits(image, size) ? image : resizePixels(image, size);
  } catch (cause) {
    if (HmError.isInstance(cause)) throw cause;
    throw badImage(nameOf(source, options), cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function nameOf(source: ImageSource, { name }: DecodeOptions): string {
  if ('path' in source) return source.path;
  if ('file' in source) return name ? `${source.file} (${name})` : `${source.file}, byte ${source.offset}`;
  return name ?? 'image bytes';
}

/** The error for an image that cannot be decoded; `reason` is the decoder's own words. */
export const badImage = (path: string, reason: string, cause?: unknown, fields?: object): InvalidDataError =>
  new InvalidDataError({
    where: path,
    expected: 'a whole image that can be decoded',
    received: `'${reason.trim()}'`,
    fix: 'Replace or remove the file.',
    fields: { ...fields, path, reason: reason.trim() },
    cause,
  });

/** The WebAssembly decoder keeps the memory of its largest image. */
const MOST_QUICK_PIXELS = 1 << 20;

/** Undefined for images that need conversion, and for those about which the decoder complains: libvips decides. */
async function decodePlainJpeg(bytes: Uint8Array, maxPixels: number): Promise<DecodedImage | undefined> {
  const found = plainJpeg(bytes);
  if (!found || found.height * found.width > Math.min(maxPixels, MOST_QUICK_PIXELS)) return undefined;
  const decoder = await jpegDecoder();
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

type InMemory = Extract<ImageSource, { bytes: Uint8Array } | { pixels: Uint8Array }>;

async function readSource(source: ImageSource): Promise<InMemory> {
  if ('path' in source) {
    assertEncodedSize(statSync(source.path, { throwIfNoEntry: false })?.size ?? 0);
    return { bytes: await readFile(source.path) };
  }
  if (!('file' in source)) return source;
  assertEncodedSize(source.length);
  return { bytes: readAt(source.file, source.offset, source.length) };
}

/** A file of any size may be called an image; none is read whole before its size is known. */
function assertEncodedSize(bytes: number): void {
  if (bytes > MOST_ENCODED_BYTES) throw new RangeError(`${bytes} bytes, of at most ${MOST_ENCODED_BYTES}`);
}

const MOST_ENCODED_BYTES = 2 ** 28;

/** By libvips. Large images it resizes itself, without holding all of their pixels. */
async function decode(
  bytes: Uint8Array,
  limitInputPixels: number,
  size: Size | undefined,
): Promise<DecodedImage> {
  // Programs that draw, such as SVG, are no photographs and may refer to other files.
  if (!rasterFormat(bytes)) throw new TypeError('not a JPEG, PNG, WebP, GIF, TIFF or AVIF image');
  const image = sharp(bytes, { failOn: 'error', autoOrient: true, limitInputPixels });
  const { width = 0, height = 0 } = size ? await image.metadata() : {};
  const isLarge = width * height > MOST_QUICK_PIXELS;
  // Shrinking while loading rounds sizes, which would move landmarks by a fraction of a pixel.
  if (size && isLarge)
    image.resize({ ...size, fit: 'cover', position: 'centre', kernel: 'linear', fastShrinkOnLoad: false });
  const { data, info } = await image
    .flatten()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  const decoded = { pixels, height: info.height, width: info.width };
  return !size || fits(decoded, size) ? decoded : resizePixels(decoded, size);
}

type Size = { height: number; width: number };

const fits = (image: Size, size: Size | undefined): boolean =>
  !size || (image.height === size.height && image.width === size.width);

function wantedSize({ height, width }: DecodeOptions): Size | undefined {
  if (height === undefined && width === undefined) return undefined;
  if (isPositive(height) && isPositive(width)) return { height, width };
  throw new InvalidArgumentError({
    where: 'decodeImage',
    expected: 'height and width, both positive integers, or neither',
    received: { height, width },
    fix: 'Give both, in pixels.',
  });
}

const isPositive = (value: number | undefined): value is number => Number.isInteger(value) && value! > 0;

function checkPixels({ pixels, height, width }: DecodedImage): void {
  if (isPositive(height) && isPositive(width) && pixels.length === height * width * 3) return;
  throw new InvalidArgumentError({
    where: 'decodeImage',
    expected: `height·width·3 = ${height * width * 3} bytes of RGB for ${height}×${width}`,
    received: pixels.length,
    fix: 'Pass row-major RGB pixels without padding or transparency.',
  });
}
