import { readFile } from 'node:fs/promises';
import { InvalidDataError } from '@hm/tensor/host';

/**
 * Reads a list of names, one a line, such as identities to leave out. Blank lines, spaces around a name, repetitions,
 * a byte order mark and Windows line ends do not matter.
 *
 * @throws {InvalidDataError} if the file cannot be read.
 * @example
 * const data = await imageFolder('faces', { exclude: await readNameList('lfw-overlap.txt') });
 */
export async function readNameList(path: string): Promise<string[]> {
  const text = await readText(path, 'a file with one name a line');
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter((name) => name !== '');
}

/** A text file's contents without a byte order mark. */
export async function readText(path: string, expected: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new InvalidDataError({
      where: path,
      expected,
      received: (cause as NodeJS.ErrnoException).code ?? cause,
      fix: 'Check the path and its permissions.',
      fields: { path },
      cause,
    });
  }
}
