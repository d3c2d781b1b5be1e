import { fileURLToPath } from 'node:url';
import { decodeImage, type ImageSource } from '@hm/images';
import { InvalidDataError } from '@hm/tensor/host';
import { isPixels, type Photograph } from './photograph.ts';

/** An image that can be sent to a worker thread and decoded there. */
export type Source = ImageSource;

/**
 * Converts a photograph to a source, and downloads it if it is a URL. @throws {InvalidDataError} if there is nothing
 * at the URL.
 */
export async function sourceOf(photograph: Photograph, name: string): Promise<Source> {
  if (photograph instanceof Blob) return { bytes: new Uint8Array(await photograph.arrayBuffer()) };
  if (photograph instanceof Uint8Array) return { bytes: photograph };
  if (isPixels(photograph)) return photograph;
  if (photograph instanceof URL && photograph.protocol === 'file:')
    return { path: fileURLToPath(photograph) };
  const address = String(photograph);
  return /^(https?|data):/.test(address) ? { bytes: await download(address, name) } : { path: address };
}

/** Decodes a photograph. @throws {InvalidDataError} that says what is wrong with it. */
export const decode = (source: Source, name: string) => decodeImage(source, { name });

async function download(address: string, name: string): Promise<Uint8Array> {
  const noAnswer = (cause: unknown) => {
    throw nothingThere(name, 'no answer', cause);
  };
  const response = await fetch(address).catch(noAnswer);
  if (response.ok) return new Uint8Array(await response.arrayBuffer().catch(noAnswer));
  throw nothingThere(name, `${response.status} ${response.statusText}`.trim());
}

const nothingThere = (path: string, reason: string, cause?: unknown) =>
  new InvalidDataError({
    where: path,
    expected: 'a photograph at that address',
    received: reason,
    fix: 'Check the address.',
    fields: { path, reason },
    cause,
  });
