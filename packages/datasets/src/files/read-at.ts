import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { regularFileSize } from '@hm/tensor/files';
import { HmError, InvalidDataError } from '@hm/tensor/host';
import { damaged } from './damaged.ts';

/**
 * Reads a byte range of a file. Opening the file each time costs 10 µs, a hundredth of decoding an image, and leaves no
 * descriptor to close or to go stale.
 *
 * @throws {InvalidDataError} if the file cannot be read or ends before the range does.
 */
export function readAt(path: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const read = readUpTo(path, offset, length);
  if (read.length === length) return read;
  throw damaged({ path, offset, expected: `${length} more bytes`, received: `${read.length}` });
}

/** Like {@link readAt}, but returns fewer bytes at the end of the file. Never allocates more than the file has. */
export function readUpTo(path: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const descriptor = openForReading(path);
  try {
    return readOpen(descriptor, offset, length);
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a file; the caller closes the descriptor. Refuses pipes and devices without opening them. */
export function openForReading(path: string): number {
  try {
    regularFileSize(path);
    return openSync(path, 'r');
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Returns the size of a file, after checking that it can be opened. */
export function sizeAt(path: string): number {
  closeSync(openForReading(path));
  return regularFileSize(path);
}

/** Reads from an open file; returns fewer bytes at its end. */
export function readOpen(descriptor: number, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const left = Math.max(0, fstatSync(descriptor).size - offset);
  const bytes = new Uint8Array(Math.min(length, left));
  let filled = 0;
  while (filled < bytes.length) {
    const read = readSync(descriptor, bytes, filled, bytes.length - filled, offset + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled === bytes.length ? bytes : bytes.slice(0, filled);
}

/** The error for a file that cannot be opened or read. */
export const unreadable = (path: string, cause: unknown): HmError =>
  HmError.isInstance(cause)
    ? cause
    : new InvalidDataError({
        where: path,
        expected: 'a file that can be read',
        received: (cause as NodeJS.ErrnoException).code ?? String(cause),
        fix: 'Check the path and its permissions.',
        fields: { path, offset: 0, reason: String((cause as Error).message) },
        cause,
      });
