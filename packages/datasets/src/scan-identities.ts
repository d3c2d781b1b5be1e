import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';
import { isImageName } from './files/entry-name.ts';

/** Something in a folder that is not used, and why. */
export interface SkippedEntry {
  /** Relative to the data set's root. */
  path: string;
  reason: string;
}

export interface Identity {
  name: string;
  /** File names, sorted by code unit. */
  files: readonly string[];
}

interface Scan {
  identities: readonly Identity[];
  skipped: readonly SkippedEntry[];
  excluded: readonly string[];
}

/** Lists the identity folders of a root and their image files, without opening any. */
export async function scanIdentities(root: string, exclude: ReadonlySet<string>): Promise<Scan> {
  const skipped: SkippedEntry[] = [];
  const excluded: string[] = [];
  const identities: Identity[] = [];
  const base = await realRoot(root);
  for (const { name, kind } of await entries(root, base, '')) {
    if (kind !== 'folder') skipped.push({ path: name, reason: reasons[kind] ?? 'not in an identity folder' });
    else if (exclude.has(name)) excluded.push(name);
    else identities.push({ name, files: await imagesOf(root, base, name, skipped) });
  }
  return { identities, skipped, excluded };
}

async function imagesOf(root: string, base: string, identity: string, skipped: SkippedEntry[]) {
  const files: string[] = [];
  for (const { name, kind } of await entries(root, base, identity)) {
    if (kind === 'file' && isImageName(name)) files.push(name);
    else skipped.push({ path: `${identity}/${name}`, reason: reasons[kind] ?? 'not an image file' });
  }
  return files;
}

type Kind = 'folder' | 'file' | 'broken' | 'other';
const reasons: Partial<Record<Kind, string>> = {
  broken: 'symbolic link that leads nowhere',
  other: 'neither a file nor a folder',
};

async function entries(root: string, base: string, folder: string): Promise<{ name: string; kind: Kind }[]> {
  const found = await readdir(join(root, folder), { withFileTypes: true });
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  const kinds: { name: string; kind: Kind }[] = [];
  for (const entry of found) kinds.push({ name: entry.name, kind: await kindOf(entry, root, base, folder) });
  return kinds;
}

async function kindOf(entry: Dirent, root: string, base: string, folder: string): Promise<Kind> {
  if (!entry.isSymbolicLink()) return kindOfStats(entry);
  const path = join(root, folder, entry.name);
  const target = await realpath(path).catch(() => undefined);
  if (target === undefined) return 'broken';
  if (relative(base, target).split(sep)[0] === '..') throw leadsOut(path, target);
  return kindOfStats(await stat(target));
}

const kindOfStats = (entry: { isDirectory(): boolean; isFile(): boolean }): Kind =>
  entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other';

/** The folder's path without symbolic links. */
async function realRoot(root: string): Promise<string> {
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

const leadsOut = (path: string, target: string) =>
  new InvalidDataError({
    where: path,
    expected: 'a symbolic link to something inside the data set',
    received: target,
    fix: 'Copy the target into the folder, or open the folder that holds both.',
    fields: { path, target },
  });
