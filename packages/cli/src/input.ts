import { stat } from 'node:fs/promises';
import { InvalidArgumentError } from '@hm/tensor/host';

/**
 * Checks, before any work, that an input is a file that is not empty.
 *
 * @param what the kind of input, such as `a photograph`.
 * @throws {InvalidArgumentError} if it is not; the message says what was found instead.
 */
export async function assertFile(path: string, what: string): Promise<void> {
  if (/^[a-z][a-z+.-]+:\/\//i.test(path))
    throw missing(path, what, 'an address', 'Download it, and pass the file.');
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    const reason = found.code === 'EACCES' ? 'a file that may not be read' : 'no such file';
    throw missing(path, what, reason, found.code === 'EACCES' ? 'Check its permissions.' : 'Check the path.');
  }
  if (found.isDirectory()) throw missing(path, what, 'a folder', 'Name a file in it.');
  if (!found.isFile()) throw missing(path, what, 'a pipe, or a device', 'Name a file.');
  if (found.size === 0) throw missing(path, what, 'an empty file', 'Get it again.');
}

/** Checks, before any work, that an input is a folder. */
export async function assertFolder(path: string, what: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw missing(path, what, 'no such folder', 'Check the path.');
  if (found.isDirectory()) return;
  const archive = /\.(zip|tar|tgz|tar\.\w+|7z|rar)$/i.exec(path)?.[0];
  if (archive === undefined) throw missing(path, what, 'a file', 'Name the folder that it lies in.');
  throw missing(path, what, `an archive (${archive})`, 'Unpack it, and pass the folder.');
}

const missing = (path: string, what: string, received: string, fix: string) =>
  new InvalidArgumentError({ where: path, expected: what, received, fix, fields: { path } });
