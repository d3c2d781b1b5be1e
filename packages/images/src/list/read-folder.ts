import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { checkArguments, checkOptions, InvalidDataError } from '@hm/tensor/host';
import { isLeftBehind } from './entry-names.ts';
import type { SkippedEntry } from './skipped-entry.ts';

/** A file or folder that was not left by a system or tool. */
export interface FolderEntry {
  name: string;
  kind: 'file' | 'folder';
  /** Target of a link; undefined if the entry is not a link. */
  target: string | undefined;
}

/** Options of {@link readFolder}. */
export interface ReadFolderOptions {
  /** Folder, given by a path without links: links that lead out of it are skipped. Default: followed. */
  inside?: string;
  /** Callback for each entry that is skipped. */
  onSkip: (entry: SkippedEntry) => void;
}

/**
 * Returns the entries of a folder below a root, sorted by code unit, without those of systems and tools, broken
 * links, and names that are not UTF-8.
 *
 * @throws the system's error if the folder cannot be read.
 */
export async function readFolder(
  root: string,
  folder: string,
  options: ReadFolderOptions,
): Promise<FolderEntry[]> {
  const { inside, onSkip } = checkOptions('readFolder', options, { inside: 'string', onSkip: 'function' });
  checkArguments('readFolder', { root, folder }, { root: 'string', folder: 'string' });
  const entries: FolderEntry[] = [];
  const found = await readdir(join(root, folder), { withFileTypes: true });
  const unreadable = found.some(({ name }) => name.includes(REPLACED))
    ? await namesThatAreNoText(join(root, folder))
    : new Map<string, string>();
  for (const entry of found) {
    const { name } = entry;
    const shown = unreadable.get(name) ?? name;
    const path = folder === '' ? shown : `${folder}/${shown}`;
    const skip = (reason: string, missed = true) => onSkip({ path, reason, missed });
    if (unreadable.has(name)) skip('a name that is not UTF-8');
    else if (isLeftBehind(name)) skip('hidden, or left by a system or tool', false);
    else if (!entry.isSymbolicLink()) add(name, entry, undefined, skip);
    else {
      const target = await realpath(join(root, path)).catch(() => undefined);
      const stats = target === undefined ? undefined : await stat(target).catch(() => undefined);
      if (target === undefined || stats === undefined) skip('a link that leads nowhere');
      else if (inside !== undefined && leadsOut(inside, target)) skip('a link that leads out of the folder');
      else add(name, stats, target, skip);
    }
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));

  function add(
    name: string,
    stats: Pick<Stats, 'isFile' | 'isDirectory'>,
    target: string | undefined,
    skip: (reason: string, missed?: boolean) => void,
  ): void {
    if (stats.isFile()) entries.push({ name, kind: 'file', target });
    else if (stats.isDirectory()) entries.push({ name, kind: 'folder', target });
    else skip('neither a file nor a folder', false);
  }
}

/** Replacement character for bytes of a name that are not UTF-8. */
const REPLACED = '\uFFFD';

/**
 * Returns the names in a folder that are not UTF-8, by their decoded form. The names are read separately, because Bun
 * gives no entry types together with bytes.
 */
async function namesThatAreNoText(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { encoding: 'buffer' });
  return new Map(
    names
      .map((bytes) => [bytes.toString('utf8'), bytes] as const)
      .filter(([text, bytes]) => !Buffer.from(text).equals(bytes))
      .map(([text, bytes]) => [text, escaped(bytes)]),
  );
}

/** Escapes bytes beyond ASCII as \xe9, so that a name can be found. */
const escaped = (name: Buffer): string =>
  name
    .toString('latin1')
    .replace(/[^ -~]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);

const leadsOut = (base: string, target: string): boolean => relative(base, target).split(sep)[0] === '..';

/**
 * Returns a folder's path without symbolic links.
 *
 * @throws {InvalidDataError} if it is missing or not a folder.
 */
export async function realFolder(root: string): Promise<string> {
  checkArguments('realFolder', { root }, { root: 'string' });
  const base = await realpath(root).catch(() => undefined);
  if (base !== undefined && (await stat(base)).isDirectory()) return base;
  throw new InvalidDataError({
    where: root,
    expected: 'a folder',
    received: base === undefined ? 'no such path' : 'a file',
    fix: 'Check the path.',
    fields: { path: root },
  });
}
