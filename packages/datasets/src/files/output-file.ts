import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { notWritable, SafeFile } from '@hm/tensor/files';

/** A file that is written piece by piece and appears once it is whole. The folders above it are made. */
export async function outputFile(path: string): Promise<SafeFile> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
  return SafeFile.create(path);
}

/** Writes files together: all take their names once all are on the disk, or none is left. */
export async function writeFiles<T>(
  paths: readonly string[],
  write: (files: SafeFile[]) => Promise<T>,
): Promise<T> {
  const files: SafeFile[] = [];
  try {
    for (const path of paths) files.push(await outputFile(path));
    const result = await write(files);
    for (const file of files) await file.complete();
    // The first names the set: it appears when the others are there.
    for (const file of files.toReversed()) await file.finish();
    return result;
  } catch (error) {
    for (const file of files) await file.abandon();
    throw error;
  }
}
