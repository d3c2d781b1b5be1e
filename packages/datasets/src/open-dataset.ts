import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isImageName } from '@hm/images';
import { InvalidDataError } from '@hm/tensor/host';
import type { Dataset } from './dataset.ts';
import { excludeIdentities } from './exclude-identities.ts';
import { readUpTo } from './files/read-at.ts';
import { imageFolder } from './image-folder.ts';
import { imageListFile } from './lists/image-list-file.ts';
import { msCeleb } from './ms-celeb/ms-celeb.ts';
import { parquetImages } from './parquet/parquet-images.ts';
import { recordIo } from './recordio/record-io.ts';
import { tarShards } from './tar/tar-shards.ts';

/** The forms of data sets that are told by what is there. */
export type DatasetFormat = 'folder' | 'recordio' | 'tar' | 'parquet' | 'ms-celeb' | 'list';

/** What {@link openDataset} takes. */
export interface OpenDatasetOptions {
  /** Default: told by what is there. */
  format?: DatasetFormat;
  /** Names of identities to leave out. Default none. */
  exclude?: readonly string[];
  /** Accept names in `exclude` that the data set does not have. Default false. */
  allowUnknownExclude?: boolean;
  /** MS-Celeb-1M's cleaned list. */
  list?: string;
  /** The folder that a list's paths start from. Default: the list's own. */
  root?: string;
}

/** A data set and its form. */
export type OpenedDataset = Dataset & { readonly format: DatasetFormat };

/**
 * Opens a data set in whatever form it is: a folder for each identity, RecordIO, tar shards, parquet files, MS-Celeb-1M's
 * lines, or a list of files. Folders are told by what they hold, files by their extension or first bytes.
 *
 * @throws {InvalidDataError} if nothing fits, with what was seen, or the files are damaged.
 * @throws {InvalidArgumentError} if `exclude` names identities that the data set does not have.
 * @example
 * const data = await openDataset('faces_webface_112x112');
 * console.log(data.format, data.length, data.classes);
 */
export async function openDataset(path: string, options: OpenDatasetOptions = {}): Promise<OpenedDataset> {
  const format = options.format ?? (await formatOf(path));
  const { exclude = [], allowUnknownExclude = false } = options;
  const data = await openAs[format](path, options);
  if (exclude.length === 0 || format === 'folder') return withFormat(data, format);
  return withFormat(await excludeIdentities(data, exclude, { allowUnknown: allowUnknownExclude }), format);
}

/** Keeps getters, such as labels that are read when asked for. */
const withFormat = (data: Dataset, format: DatasetFormat): OpenedDataset =>
  Object.defineProperties({ format } as OpenedDataset, Object.getOwnPropertyDescriptors(data));

const openAs: Record<DatasetFormat, (path: string, options: OpenDatasetOptions) => Promise<Dataset>> = {
  folder: (path, { exclude, allowUnknownExclude }) =>
    imageFolder(path, { ...(exclude && { exclude }), ...(allowUnknownExclude && { allowUnknownExclude }) }),
  recordio: (path) => recordIo(path),
  tar: (path) => tarShards(path),
  parquet: (path) => parquetImages(path),
  'ms-celeb': (path, { list }) => msCeleb(path, list === undefined ? {} : { list }),
  list: (path, { root }) => imageListFile(path, root === undefined ? {} : { root }),
};

async function formatOf(path: string): Promise<DatasetFormat> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw unknown(path, 'no such path');
  return found.isDirectory() ? formatOfFolder(path) : formatOfFile(path);
}

async function formatOfFolder(path: string): Promise<DatasetFormat> {
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.map(({ name }) => name);
  if (names.includes('train.rec')) return 'recordio';
  if (names.some((name) => name.endsWith('.tar'))) return 'tar';
  if (names.some((name) => name.endsWith('.parquet'))) return 'parquet';
  for (const entry of entries) {
    if (entry.isFile()) continue;
    const files = await readdir(join(path, entry.name)).catch(() => []);
    if (files.some(isImageName)) return 'folder';
  }
  throw unknown(path, `a folder with ${listed(names)}`);
}

const byExtension: Partial<Record<string, DatasetFormat>> = {
  '.rec': 'recordio',
  '.tar': 'tar',
  '.parquet': 'parquet',
  '.tsv': 'ms-celeb',
  '.lst': 'list',
  '.csv': 'list',
  '.txt': 'list',
};

function formatOfFile(path: string): DatasetFormat {
  const known = byExtension[extname(path).toLowerCase()];
  if (known) return known;
  const start = Buffer.from(readUpTo(path, 0, 512)).toString('latin1');
  if (start.startsWith('\x0a\x23\xd7\xce')) return 'recordio';
  if (start.startsWith('PAR1')) return 'parquet';
  if (start.slice(257, 262) === 'ustar') return 'tar';
  if (start.startsWith('\x80')) throw unknown(path, 'a pickle; verificationBin opens verification sets');
  throw unknown(path, `a file that starts with ${JSON.stringify(start.slice(0, 16))}`);
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nothing in it';
  return names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
}

const unknown = (path: string, received: string) =>
  new InvalidDataError({
    where: path,
    expected:
      'a folder for each identity, train.rec, .tar, .parquet or MS-Celeb-1M’s .tsv, or a list (.lst, .csv, .txt)',
    received,
    fix: 'Check the path, or pass the format.',
    fields: { path, reason: received },
  });
