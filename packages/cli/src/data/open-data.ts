import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '@hm/datasets';

/** Opens a data set in whatever form it has: a folder of identities, RecordIO, or tar shards. */
export async function openData(path: string): Promise<Dataset> {
  const { imageFolder, recordIo, tarShards } = await import('@hm/datasets');
  if (path.endsWith('.rec')) return recordIo(path);
  if (/\.(tar|tgz|tar\.gz)$/.test(path)) return tarShards(path);
  const names = (await isFolder(path)) ? await readdir(path) : [];
  if (names.includes('train.rec')) return recordIo(join(path, 'train.rec'));
  return names.some((name) => name.endsWith('.tar')) ? tarShards(path) : imageFolder(path);
}

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
