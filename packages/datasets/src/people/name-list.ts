import { readRegularFile } from '@hm/tensor/files';
import { checkArguments, type HmError, InvalidDataError } from '@hm/tensor/host';
import { decodeText } from '../files/text.ts';

/**
 * Reads a list of names, one per line, such as identities to leave out. Text after a tab, such as the number of images
 * in LFW's list, is not part of the name. Blank lines, spaces around a name, duplicates, byte order marks and Windows
 * line ends do not matter.
 *
 * @throws {InvalidDataError} if the file cannot be read.
 * @example
 * const data = await imageFolder('faces', { exclude: await readNameList('lfw-overlap.txt') });
 */
export async function readNameList(path: string): Promise<string[]> {
  checkArguments('readNameList', { path }, { path: 'string' });
  const text = await readText(path, 'a file with one name a line');
  const names = text.split(/\r?\n|\r/).map((line) => line.trim().split('\t')[0]!.trim());
  return [...new Set(names)].filter((name) => name !== '');
}

/** Largest text that is read as a whole, in bytes. */
const MOST_TEXT = 2 ** 26;

/** Returns a text file's contents, see {@link decodeText}. */
export async function readText(path: string, expected: string): Promise<string> {
  try {
    return decodeText(await readRegularFile(path, MOST_TEXT));
  } catch (cause) {
    const { fields } = cause as HmError;
    throw new InvalidDataError({
      where: path,
      expected,
      received: fields?.reason ?? cause,
      fix: 'Check the path and its permissions.',
      fields: { ...fields, path },
      cause,
    });
  }
}
