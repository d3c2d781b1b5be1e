import { type Stats, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { checkArguments } from '../check/check-options.ts';
import { HmError, InvalidDataError } from '../errors.ts';

/**
 * Returns the size in bytes of an existing file, before it is opened: opening a pipe waits for a writer, and reading a
 * device may never end. A link to a file counts as a file.
 *
 * @throws {InvalidDataError} if it does not exist, is not a file, or has more than `most` bytes.
 */
export function regularFileSize(path: string, most = Number.POSITIVE_INFINITY): number {
  checkArguments('regularFileSize', { path }, { path: 'string' });
  const found = stat(path);
  const kind = kindOf(found);
  if (kind !== undefined) throw unreadable(path, 'a file', kind);
  if (found.size > most) throw unreadable(path, 'a file', `${found.size} bytes, of at most ${most}`);
  return found.size;
}

/**
 * Reads a whole file, after a check by {@link regularFileSize}.
 *
 * @param most Maximum size in bytes; default 2 GiB, the most that Node reads at once.
 * @throws {InvalidDataError}
 * @example
 * const bytes = await readRegularFile('model.onnx');
 */
export async function readRegularFile(path: string, most = 2 ** 31 - 1): Promise<Buffer<ArrayBuffer>> {
  checkArguments('readRegularFile', { path }, { path: 'string' });
  regularFileSize(path, most);
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(path, 'a file that can be read', reasonOf(cause), cause);
  }
}

/** Reads a text file of at most `most` bytes, 64 MiB by default, without its byte order mark. */
export const readRegularText = async (path: string, most = 2 ** 26): Promise<string> => {
  checkArguments('readRegularText', { path }, { path: 'string' });
  return (await readRegularFile(path, most)).toString('utf8').replace(/^\uFEFF/, '');
};

/** Length of the longest string that the engine can hold. */
const LONGEST = 2 ** 29 - 24;

/**
 * Reads a text file of any length that a run has written; undefined if it does not exist.
 *
 * @throws {InvalidDataError}
 */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  checkArguments('readTextIfThere', { path }, { path: 'string' });
  try {
    return await readRegularText(path, LONGEST);
  } catch (error) {
    const code = HmError.isInstance(error) ? error.fields.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function stat(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw unreadable(path, 'a file that can be read', reasonOf(cause), cause);
  }
}

function kindOf(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe (FIFO)';
  return found.isSocket() ? 'a socket' : 'a device';
}

const reasons: Partial<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  ENAMETOOLONG: 'a path that is too long for a file',
  ELOOP: 'a link that leads to itself',
  EACCES: 'a file that may not be read',
};

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_INVALID_ARG_VALUE') return 'a path that no file can have';
  return reasons[code ?? ''] ?? message;
}

const unreadable = (path: string, expected: string, received: string, cause?: unknown): InvalidDataError =>
  new InvalidDataError({
    where: path,
    expected,
    received,
    fix: 'Check the path and its permissions.',
    fields: { path, reason: received, code: (cause as NodeJS.ErrnoException | undefined)?.code },
    cause,
  });
