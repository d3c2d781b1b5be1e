import { checkArguments, checkOptions, HmError, InvalidArgumentError } from '@hm/tensor/host';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { badImage } from '../bad-image.ts';
import { otherFormat, rasterFormat } from '../image-format.ts';
import { type ImageSource, nameOf, readEncoded } from '../image-source.ts';
import { resizePixels } from '../resize-pixels.ts';
import type { RgbImage } from '../rgb-image.ts';
import { jpegDecoder } from './jpeg/jpeg-decoder.ts';
import { plainJpeg } from './jpeg/plain-jpeg.ts';
import { MOST_PIXELS } from './most-pixels.ts';
import { type ExtraSamples, extraSamples } from './tiff-samples.ts';

/** Options of {@link decodeImage}. */
export interface DecodeOptions {
  /** Target height in pixels, together with `width`; default: the image's own. */
  height?: number;
  width?: number;
  /** Most pixels of a file; larger images are refused before decoding. Default 100 million. */
  maxPixels?: number;
  /** Name for error messages, for an image without a path. Default `image bytes`. */
  name?: string;
}

/**
 * Decodes an image to sRGB, 8 bits:
 * - The EXIF orientation is applied.
 * - CMYK, grey, 16-bit and embedded colour profiles are converted.
 * - Transparency is flattened onto black.
 * - Of several pages the first is decoded.
 *
 * With a target size, an image of another size is resized to cover it (bilinear, over all pixels that go into one)
 * and cropped about its centre. Pixels that already fit are returned without a copy.
 *
 * @throws {InvalidDataError} if the file is missing, truncated, corrupt, too large or not an image; `fields.path`
 * names it.
 * @throws {InvalidArgumentError} if only one of height and width is given, or the number of pixels does not match the
 * size.
 * @example
 * const { pixels, height, width } = await decodeImage({ path: 'face.jpg' }, { height: 112, width: 112 });
 */
export async function decodeImage(source: ImageSource, options: DecodeOptions = {}): Promise<RgbImage> {
  checkOptions('decodeImage', options, {
    ...{ height: 'number', width: 'number', maxPixels: 'number', name: 'string' },
  });
  checkArguments('decodeImage', { source }, { source: 'object' });
  const size = wantedSize(options);
  if ('pixels' in source) checkPixels(source);
  const maxPixels = options.maxPixels ?? MOST_PIXELS;
  try {
    const image =
      'pixels' in source ? source : await decode(readEncoded(source, options.name), maxPixels, size);
    return !size || fits(image, size) ? image : resizePixels(image, size);
  } catch (cause) {
    if (HmError.isInstance(cause)) throw cause;
    throw badImage(nameOf(source, options.name), reasonOf(cause, maxPixels), cause);
  }
}

/**
 * Returns the reason in our own words: libvips's message covers all its threads and varies, so it stays in the cause.
 */
function reasonOf(cause: unknown, maxPixels: number): string {
  if (cause instanceof TypeError) return cause.message;
  const isLarge = cause instanceof Error && cause.message.includes('pixel limit');
  return isLarge
    ? `more pixels than the pixel limit of ${maxPixels}`
    : 'not a whole image: truncated or damaged';
}

const decode = async (bytes: Uint8Array, maxPixels: number, size: Size | undefined): Promise<RgbImage> =>
  (await decodePlainJpeg(bytes, maxPixels)) ?? decodeByLibvips(bytes, maxPixels, size);

/** Limit for the WebAssembly decoder, which keeps the memory of its largest image. */
const MOST_QUICK_PIXELS = 1 << 20;

/**
 * Decodes with the WebAssembly decoder. Returns undefined for images that need conversion or that the decoder
 * rejects; libvips then decides.
 */
async function decodePlainJpeg(bytes: Uint8Array, maxPixels: number): Promise<RgbImage | undefined> {
  const found = plainJpeg(bytes);
  if (!found || found.height * found.width > Math.min(maxPixels, MOST_QUICK_PIXELS)) return undefined;
  const decoder = await jpegDecoder();
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Decodes with libvips, which also resizes large images, without holding all of their pixels. */
async function decodeByLibvips(
  bytes: Uint8Array,
  limitInputPixels: number,
  size: Size | undefined,
): Promise<RgbImage> {
  // Vector graphics such as SVG are not photographs and may refer to other files.
  if (!rasterFormat(bytes)) throw new TypeError(notRaster(bytes));
  const image = sharp(bytes, { failOn: 'error', autoOrient: true, limitInputPixels });
  const { width = 0, height = 0 } = size ? await image.metadata() : {};
  const isLarge = width * height > MOST_QUICK_PIXELS;
  const extra = extraSamples(bytes);
  // Shrinking while loading rounds sizes, which would move landmarks by a fraction of a pixel. An extra sample, even
  // one that is no transparency, would be taken for it and blacken the colour.
  if (size && isLarge && !extra)
    image.resize({ ...size, fit: 'cover', position: 'centre', kernel: 'linear', fastShrinkOnLoad: false });
  const { data, info } = await rawPixels(extra ? image : image.flatten());
  const pixels = threeChannels(new Uint8Array(data.buffer, data.byteOffset, data.length), info, extra);
  return { pixels, height: info.height, width: info.width };
}

const rawPixels = (image: Sharp) =>
  image.toColorspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });

/** Reduces the decoded samples to red, green and blue. libvips treats any extra sample of a TIFF as transparency. */
function threeChannels(
  data: Uint8Array,
  { channels, height, width }: OutputInfo,
  extra: ExtraSamples | undefined,
): Uint8Array {
  const count = height * width;
  if (channels === 3 && data.length === count * 3) return data;
  if (!extra || channels < 3 || data.length !== count * channels)
    throw new TypeError(`${channels} channels, of which three are expected`);
  const pixels = new Uint8Array(count * 3);
  const opacityAt = extra.transparency === undefined ? undefined : 3 + extra.transparency;
  for (let from = 0, to = 0; to < pixels.length; from += channels, to += 3) {
    const opacity = opacityAt === undefined ? 1 : data[from + opacityAt]! / 255;
    for (let channel = 0; channel < 3; channel++)
      pixels[to + channel] = Math.round(data[from + channel]! * opacity);
  }
  return pixels;
}

function notRaster(bytes: Uint8Array): string {
  const other = otherFormat(bytes);
  return `${other ?? 'something else'}, not a JPEG, PNG, WebP, GIF, TIFF or AVIF image`;
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

function checkPixels({ pixels, height, width }: RgbImage): void {
  if (isPositive(height) && isPositive(width) && pixels.length === height * width * 3) return;
  throw new InvalidArgumentError({
    where: 'decodeImage',
    expected: `height·width·3 = ${height * width * 3} bytes of RGB for ${height}×${width}`,
    received: pixels.length,
    fix: 'Pass row-major RGB pixels without padding or transparency.',
  });
}
