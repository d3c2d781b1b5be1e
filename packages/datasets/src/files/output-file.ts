import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { notWritable, SafeFile } from '@hm/tensor/files';

/** Creates a file that is written piece by piece and appears once it is complete. Creates its parent folders. */
export async function outputFile(path: string): Promise<SafeFile> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
  return SafeFile.create(path);
}

/** Writes files together: either all of them appear, once all are on disk, or none does. */
export async function writeFiles<T>(
  paths: readonly string[],
  write: (files: SafeFile[]) => Promise<T>,
): Promise<T> {
  const files: SafeFile[] = [];
  try {
    for (const path of paths) files.push(await outputFile(path));
    const result = await write(files);
    for (const file of files) await file.complete();
    // The first file stands for the set, so it appears last.
    for (const file of files.toReversed()) await file.finish();
    return result;
  } catch (error) {
    for (const file of files) await file.abandon();
    throw error;
  }
}
