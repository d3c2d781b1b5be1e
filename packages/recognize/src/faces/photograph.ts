import type { RgbImage } from '@hm/images/browser';

/** A photograph: a path or address, a `URL`, an encoded file's bytes, a `Blob` or `File`, or pixels. */
export type Photograph = string | URL | Uint8Array | Blob | RgbImage;

/** What a photograph is called in results and errors: its path or address, else `photograph 3`. */
export function nameOf(photograph: Photograph, index: number): string {
  if (typeof photograph === 'string') return photograph;
  if (photograph instanceof URL) return photograph.href;
  const { name } = photograph as { name?: unknown };
  return typeof name === 'string' && name !== '' ? name : `photograph ${index + 1}`;
}

/** Whether it is pixels already. */
export const isPixels = (photograph: Photograph): photograph is RgbImage =>
  typeof photograph === 'object' && 'pixels' in photograph;
