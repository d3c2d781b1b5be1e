import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { readFolder } from '@hm/images';
import { InvalidDataError } from '@hm/tensor/host';
import { ofOneSplit } from './splits.ts';

/**
 * Returns the file at a path, or all files with an extension in a folder, in the order of their names.
 *
 * @param split Only files whose name mentions this split.
 * @throws {InvalidDataError} if there is none, or if there are several splits and `split` is not given.
 */
export async function filesAt(path: string, extension: string, split?: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return [path];
  const entries = found ? await readFolder(path, '', { onSkip: () => undefined }) : [];
  const names = entries.flatMap(({ name, kind }) =>
    kind === 'file' && extname(name).toLowerCase() === extension ? [name] : [],
  );
  if (names.length > 0) return ofOneSplit(path, names, split).map((name) => join(path, name));
  throw new InvalidDataError({
    where: path,
    expected: `a ${extension} file or a folder of them`,
    received: found ? 'a folder without' : 'no such path',
    fix: 'Check the path.',
    fields: { path, reason: `no ${extension} files` },
  });
}
