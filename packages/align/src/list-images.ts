import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';

const EXTENSIONS = /\.(jpe?g|png|webp|tiff?|gif|avif)$/i;

/**
 * Every image below a folder by its path relative to it, with `/` between, sorted by code unit. Hidden
 * files and `except` are left out; links are followed.
 *
 * @throws {InvalidDataError} if the folder cannot be read or holds no image.
 * @example
 * const paths = await listImages('photographs');
 */
export async function listImages(root: string, except?: string): Promise<string[]> {
  const found: string[] = [];
  await walk(root, '', except === undefined ? '' : resolve(except), found).catch((cause: unknown) => {
    throw unreadable(
      root,
      'a folder that can be read',
      cause instanceof Error ? cause.message : cause,
      cause,
    );
  });
  if (found.length === 0) throw unreadable(root, 'images (JPEG, PNG, WebP, TIFF, GIF, AVIF)', 'none');
  return found.sort((a, b) => (a < b ? -1 : 1));
}

async function walk(root: string, relative: string, except: string, found: string[]): Promise<void> {
  for (const entry of await readdir(join(root, relative), { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
    const target = entry.isSymbolicLink() ? await stat(join(root, path)) : entry;
    if (target.isDirectory() && resolve(root, path) !== except) await walk(root, path, except, found);
    if (target.isFile() && EXTENSIONS.test(entry.name)) found.push(path);
  }
}

const unreadable = (path: string, expected: string, received: unknown, cause?: unknown) =>
  new InvalidDataError({
    where: 'listImages',
    expected,
    received: `${path}: ${received}`,
    fix: 'Check the input folder.',
    fields: { path },
    cause,
  });
