import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeRgb, type RgbImage } from '@hm/align';
import { HmError, InvalidDataError } from '@hm/tensor/host';
import { isPixels, type Photograph } from './photograph.ts';

/** What can be sent to a worker thread, and decoded there: a path, bytes, or pixels. */
export type Source = string | Uint8Array | RgbImage;

/** Fetches what lies elsewhere. */
export async function sourceOf(photograph: Photograph, name: string): Promise<Source> {
  if (photograph instanceof Blob) return new Uint8Array(await photograph.arrayBuffer());
  const address = photograph instanceof URL ? photograph : undefined;
  if (address?.protocol === 'file:') return fileURLToPath(address);
  const href = address?.href ?? (typeof photograph === 'string' ? photograph : '');
  if (/^(https?|data):/.test(href)) return download(href, name);
  return photograph as Source;
}

/**
 * A photograph's pixels.
 *
 * @throws {InvalidDataError} that says what is wrong with it.
 */
export async function decode(source: Source, name: string): Promise<RgbImage> {
  if (isPixels(source)) return source;
  try {
    return await decodeRgb(source);
  } catch (error) {
    if (!HmError.isInstance(error)) throw error;
    throw notAPhotograph(name, await faultOf(source), error);
  }
}

/** What is wrong with a photograph that cannot be decoded. */
export async function faultOf(source: Source): Promise<string> {
  if (typeof source !== 'string') return 'bytes that are none, or cut short';
  const info = await stat(source).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
  if (info === 'ENOENT') return 'no such file';
  if (typeof info === 'string') return info;
  return info.isDirectory() ? 'a folder' : 'a file that is none, or cut short';
}

async function download(href: string, name: string): Promise<Uint8Array> {
  const response = await fetch(href).catch((cause: unknown) => {
    throw notAPhotograph(name, 'no answer', cause);
  });
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw notAPhotograph(name, `${response.status} ${response.statusText}`.trim());
}

/** The error of what is no photograph; `fields.received` says what it is. */
export const notAPhotograph = (name: string, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: name,
    expected: 'a photograph (JPEG, PNG, WebP, TIFF, GIF or AVIF)',
    received,
    fix: 'Check the path, or take another photograph.',
    fields: { path: name, received },
    cause,
  });
