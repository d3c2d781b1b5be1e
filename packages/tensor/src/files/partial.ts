import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkArguments } from '../check/check-options.ts';
import { ownerOf, ownerText, stateOf } from './owner.ts';

const PARTIAL = '.partial';

/**
 * Returns a temporary path beside `path` for a file or folder until it is complete; {@link removeLeftovers} recognises
 * it.
 */
export function partialPath(path: string): string {
  checkArguments('partialPath', { path }, { path: 'string' });
  return join(dirname(path), `.${ownerText()}${PARTIAL}`);
}

/** Returns true if a name is that of a file that {@link writeFileSafely} has not finished. */
export function isPartial(name: string): boolean {
  checkArguments('isPartial', { name }, { name: 'string' });
  return writerOf(name) !== undefined;
}

const writerOf = (name: string) =>
  basename(name).startsWith('.') && name.endsWith(PARTIAL)
    ? ownerOf(basename(name).slice(1, -PARTIAL.length))
    : undefined;

/** Removes the partial files that killed processes of this machine left in a folder, if the folder exists. */
export async function removeLeftovers(folder: string): Promise<void> {
  checkArguments('removeLeftovers', { folder }, { folder: 'string' });
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  for (const name of names) {
    const writer = writerOf(name);
    if (writer !== undefined && stateOf(writer) === 'gone')
      await rm(join(folder, name), { recursive: true, force: true });
  }
}
