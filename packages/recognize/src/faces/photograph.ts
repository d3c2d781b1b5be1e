import type { RgbImage } from '@hm/images/browser';
import { InvalidArgumentError } from '@hm/tensor/host';

/** A photograph: a path or URL, a `URL` object, the bytes of an encoded file, a `Blob` or `File`, or pixels. */
export type Photograph = string | URL | Uint8Array | Blob | RgbImage;

/** Returns the name of a photograph for results and errors: its path or URL, else for example `photograph 3`. */
export function nameOf(photograph: Photograph, index: number): string {
  if (typeof photograph === 'string') return photograph;
  if (photograph instanceof URL) return photograph.href;
  const { name } = photograph as { name?: unknown };
  return typeof name === 'string' && name !== '' ? name : `photograph ${index + 1}`;
}

/** True if the photograph is given as pixels. */
export const isPixels = (photograph: Photograph): photograph is RgbImage =>
  typeof photograph === 'object' && 'pixels' in photograph;

/** @throws {InvalidArgumentError} unless it is a list of photographs. */
export function assertPhotographs(
  where: string,
  photographs: unknown,
): asserts photographs is readonly Photograph[] {
  if (!Array.isArray(photographs))
    throw invalid(where, 'a list of photographs', photographs, "Pass ['a.jpg'].");
  for (const photograph of photographs) assertPhotograph(where, photograph);
}

/** @throws {InvalidArgumentError} unless it has one of the forms of a photograph. */
export function assertPhotograph(where: string, photograph: unknown): asserts photograph is Photograph {
  if (typeof photograph === 'string' ? photograph !== '' : isObject(photograph)) return;
  const expected = 'a photograph: a path or address, a URL, bytes, a Blob, or pixels with height and width';
  throw invalid(where, expected, photograph, "Pass a path, such as 'a.jpg'.");
}

function isObject(photograph: unknown): boolean {
  if ([URL, Uint8Array, Blob].some((kind) => photograph instanceof kind)) return true;
  const { pixels, width, height } = (photograph ?? {}) as Partial<RgbImage>;
  return isBytes(pixels) && pixels.length > 0 && pixels.length === 3 * Number(width) * Number(height);
}

const isBytes = (pixels: unknown): pixels is Uint8Array =>
  pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray;

function invalid(where: string, expected: string, received: unknown, fix: string) {
  const { pixels, width, height } = (received ?? {}) as Partial<RgbImage>;
  const described = isBytes(pixels)
    ? `${pixels.length} bytes of pixels for ${height}×${width}`
    : received === '' || received === null
      ? JSON.stringify(received)
      : Array.isArray(received)
        ? 'a list'
        : typeof received === 'string'
          ? `the text ${JSON.stringify(received)}`
          : typeof received;
  return new InvalidArgumentError({ where, expected, received: described, fix });
}
