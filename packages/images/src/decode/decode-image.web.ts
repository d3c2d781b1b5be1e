import { checkArguments, InvalidDataError } from '@hm/tensor/host';
import type { RgbImage } from '../rgb-image.ts';
import { rgbOf } from '../rgb-of.ts';
import { MOST_PIXELS } from './most-pixels.ts';

/** An encoded image in a page: a `File` or `Blob`, or bytes. */
export type BrowserImage = Blob | { bytes: Uint8Array<ArrayBuffer> };

/**
 * Decodes an image as the browser displays it, with EXIF orientation applied and transparency flattened onto black.
 * The size limit is the same as in Node.
 *
 * @throws {InvalidDataError} if the browser cannot decode it, or it is too large.
 * @example
 * const image = await decodeImage(input.files[0]);
 */
export async function decodeImage(source: BrowserImage, maxPixels = MOST_PIXELS): Promise<RgbImage> {
  checkArguments('decodeImage', { source }, { source: 'object' });
  const blob = 'bytes' in source && !(source instanceof Blob) ? new Blob([source.bytes]) : (source as Blob);
  const page = globalThis as unknown as Page;
  const bitmap = await page
    .createImageBitmap(blob, { imageOrientation: 'from-image' })
    .catch((cause: unknown) => {
      throw undecodable(blob, cause instanceof Error ? cause.message : String(cause), cause);
    });
  try {
    const { width, height } = bitmap;
    if (width * height > maxPixels)
      throw undecodable(blob, `${height}×${width} pixels, of at most ${maxPixels}`);
    const context = new page.OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    return rgbOf(context.getImageData(0, 0, width, height));
  } finally {
    bitmap.close();
  }
}

/** The browser API that is used here: the package is compiled without the types of browsers. */
interface Page {
  createImageBitmap(blob: Blob, options: { imageOrientation: 'from-image' }): Promise<Bitmap>;
  OffscreenCanvas: new (
    width: number,
    height: number,
  ) => { getContext(kind: '2d', options: object): Context };
}
interface Bitmap {
  width: number;
  height: number;
  close(): void;
}
interface Context {
  drawImage(bitmap: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): Parameters<typeof rgbOf>[0];
}

const undecodable = (blob: Blob, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: (blob as Partial<File>).name ?? 'image bytes',
    expected: 'a whole image that can be decoded',
    received,
    fix: 'Choose another file, or save it as JPEG or PNG.',
    cause,
  });
