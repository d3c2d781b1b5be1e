import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { regularFileSize } from '@hm/tensor/files';
import type { InvalidDataError } from '@hm/tensor/host';
import { checkArguments } from '@hm/tensor/host';
import { badImage } from './bad-image.ts';
import type { RgbImage } from './rgb-image.ts';

/** An encoded image inside a larger file, which is read when it is decoded. */
export interface FileRange {
  file: string;
  /** Offset from the start of the file, in bytes. */
  offset: number;
  /** Length in bytes. */
  length: number;
}

/** An encoded image: a file by its path, a range of a file, or bytes in memory. */
export type EncodedSource = { path: string } | FileRange | { bytes: Uint8Array };

/** An encoded image, or its pixels. */
export type ImageSource = EncodedSource | RgbImage;

/**
 * Returns the name of an image for error messages. `name` is the image's own, for images that share a file or have
 * none.
 */
export function nameOf(source: ImageSource, name: string | undefined): string {
  if ('path' in source) return source.path;
  if ('file' in source) return name ? `${source.file} (${name})` : `${source.file}, byte ${source.offset}`;
  return name ?? 'image bytes';
}

/**
 * Reads the bytes of an encoded image, unchanged.
 *
 * @throws {InvalidDataError} if the file is missing, not a regular file, too large or too short.
 */
export function readEncoded(source: EncodedSource, name?: string): Uint8Array {
  checkArguments('readEncoded', { source }, { source: 'object' });
  if ('bytes' in source) return source.bytes;
  try {
    return 'file' in source ? readRange(source.file, source) : readRange(source.path);
  } catch (cause) {
    const file = 'file' in source ? { path: source.file } : {};
    throw badImage(nameOf(source, name), reasonOf(cause), cause, file);
  }
}

/**
 * Reads a range of a file, or all of it, synchronously. For a small file that is faster than waiting for another
 * thread to read it, and opening the file each time costs 10 µs, a hundredth of decoding.
 */
function readRange(file: string, range?: { offset: number; length: number }): Uint8Array {
  regularFileSize(file);
  const descriptor = openSync(file, 'r');
  try {
    const { offset, length } = range ?? { offset: 0, length: fstatSync(descriptor).size };
    assertEncodedSize(length);
    const bytes = new Uint8Array(length);
    let filled = 0;
    for (let read = 1; read > 0 && filled < length; filled += read) {
      read = readSync(descriptor, bytes, filled, length - filled, offset + filled);
    }
    if (filled < length) throw new RangeError(`${filled} of ${length} bytes, as the file ends`);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** Checks the size before reading, since a file of any size may be named like an image. */
function assertEncodedSize(bytes: number): void {
  if (bytes > MOST_ENCODED_BYTES) throw new RangeError(`${bytes} bytes, of at most ${MOST_ENCODED_BYTES}`);
}

const MOST_ENCODED_BYTES = 2 ** 28;

const reasons: Partial<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'a file that may not be read',
};

/** Describes a file system error in words. */
function reasonOf(cause: unknown): string {
  const { code, message, fields } = cause as NodeJS.ErrnoException & Partial<InvalidDataError>;
  if (fields?.reason !== undefined) return String(fields.reason);
  return reasons[code ?? ''] ?? message;
}
