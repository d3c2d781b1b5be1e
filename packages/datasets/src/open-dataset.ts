import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type FolderEntry, isImageName, readFolder } from '@hm/images';
import { checkArguments, checkOptions, InvalidDataError } from '@hm/tensor/host';
import type { Dataset } from './dataset.ts';
import { compressed, compressionOf, isPackedName } from './files/compression.ts';
import { readUpTo } from './files/read-at.ts';
import { ofOneSplit, ofSplit } from './files/splits.ts';
import { imageFolder } from './image-folder.ts';
import { imageListFile } from './lists/image-list-file.ts';
import { msCeleb } from './ms-celeb/ms-celeb.ts';
import { parquetImages } from './parquet/parquet-images.ts';
import { checkExcluded, excludeIdentities } from './people/exclude-identities.ts';
import { recordIo } from './recordio/record-io.ts';
import { tarShards } from './tar/tar-shards.ts';

/** The formats that {@link openDataset} recognises. */
export const datasetFormats = ['folder', 'recordio', 'tar', 'parquet', 'ms-celeb', 'list'] as const;
/** A format that {@link openDataset} recognises. */
export type DatasetFormat = (typeof datasetFormats)[number];

/** Options of {@link openDataset}. */
export interface OpenDatasetOptions {
  /** Format of the data set. Default: told by what is there. */
  form?: DatasetFormat;
  /** Names of identities to leave out. Default none. */
  exclude?: readonly string[];
  /** Accept names in `exclude` that the data set does not have. Default false. */
  allowUnknownExclude?: boolean;
  /** Identities of a folder are left out if they have fewer images than this. Default 1. */
  minImages?: number;
  /** Split to open, if file or folder names mention several: `train`, `test`, `validation`. */
  split?: string;
  /** Column of images of parquet files, or of paths of a list with a header. Default: told by its title. */
  imageColumn?: string;
  /** Column of classes of parquet files, or of a list with a header. Default: told by its title. */
  labelColumn?: string;
  /** Path of MS-Celeb-1M's cleaned list. */
  list?: string;
  /** Folder that a list's paths start from. Default: the list's own. */
  root?: string;
}

/** A data set and its format. */
export type OpenedDataset = Dataset & { readonly format: DatasetFormat };

/**
 * Opens a data set of any supported format: a folder for each identity, RecordIO, tar shards, parquet files,
 * MS-Celeb-1M's lines, or a list of files. Folders are recognised by their contents, files by their extension or first
 * bytes. A folder whose only data set is in one subfolder opens that.
 *
 * @throws {InvalidDataError} if no format fits, or several formats or splits do (the message says what was found), or
 * if the files are damaged.
 * @throws {InvalidArgumentError} if `exclude` names identities that the data set does not have.
 * @example
 * const data = await openDataset('faces_webface_112x112');
 * console.log(data.format, data.length, data.classes);
 */
export async function openDataset(path: string, options: OpenDatasetOptions = {}): Promise<OpenedDataset> {
  const {
    exclude = [],
    allowUnknownExclude = false,
    ...rest
  } = checkOptions('openDataset', options, {
    ...{ form: { oneOf: datasetFormats }, exclude: 'array', allowUnknownExclude: 'boolean' },
    ...{ minImages: 'number', split: 'string', imageColumn: 'string', labelColumn: 'string' },
    ...{ list: 'string', root: 'string' },
  });
  checkArguments('openDataset', { path }, { path: 'string' });
  const { format, at, split } = await findDataset(path, options);
  const data = await openAs[format](at, { ...rest, exclude, allowUnknownExclude, ...(split && { split }) });
  if (exclude.length === 0 || format === 'folder') return { ...data, format };
  const without = await excludeIdentities(data, exclude, { allowUnknown: true });
  if (!allowUnknownExclude)
    checkExcluded('openDataset', exclude, without.excluded, {
      fix: 'Correct the names, or pass allowUnknownExclude: true.',
    });
  return { ...without, format };
}

const openAs: Record<DatasetFormat, (path: string, options: OpenDatasetOptions) => Promise<Dataset>> = {
  folder: (path, options) =>
    imageFolder(ofSplit(path, options.split), pick(options, 'exclude', 'allowUnknownExclude', 'minImages')),
  recordio: (path, options) => recordIo(path, pick(options, 'split')),
  tar: (path, options) => tarShards(path, pick(options, 'split')),
  parquet: (path, options) => parquetImages(path, pick(options, 'imageColumn', 'labelColumn', 'split')),
  'ms-celeb': (path, options) => msCeleb(path, pick(options, 'list')),
  list: (path, options) => imageListFile(path, pick(options, 'root', 'imageColumn', 'labelColumn', 'split')),
};

/** Picks the options of one format: each has its own. */
const pick = <T extends object, Name extends keyof T>(options: T, ...names: Name[]) =>
  Object.fromEntries(names.map((name) => [name, options[name]])) as Pick<T, Name>;

/** A data set that was found, and the split still to be chosen from it. */
interface Place {
  format: DatasetFormat;
  at: string;
  split: string | undefined;
}

async function findDataset(path: string, { form, split }: OpenDatasetOptions): Promise<Place> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw unknown(path, 'no such path');
  if (!found.isDirectory()) return { format: form ?? formatOfFile(path), at: path, split };
  if (form !== undefined) return { format: form, at: path, split };
  const entries = await entriesOf(path);
  const forms = formsIn(entries);
  if (await holdsIdentities(path, entries)) forms.push({ format: 'folder', example: '' });
  if (forms.length > 1) throw severalForms(path, forms);
  if (forms[0]) return { format: forms[0].format, at: path, split };
  return below(path, entries, split);
}

interface Form {
  format: DatasetFormat;
  /** A file of this format; empty for folders of identities. */
  example: string;
}

const folderForms = { '.rec': 'recordio', '.tar': 'tar', '.parquet': 'parquet' } as const;

function formsIn(entries: readonly FolderEntry[]): Form[] {
  return Object.entries(folderForms).flatMap(([extension, format]) => {
    const found = entries.find(
      ({ name, kind }) => kind === 'file' && extname(name).toLowerCase() === extension,
    );
    return found ? [{ format, example: found.name }] : [];
  });
}

const entriesOf = (path: string) => readFolder(path, '', { onSkip: () => undefined });

/** True if a subfolder holds images. */
async function holdsIdentities(path: string, entries: readonly FolderEntry[]): Promise<boolean> {
  for (const { name, kind } of entries) {
    if (kind === 'file') continue;
    const files = await readdir(join(path, name)).catch(() => []);
    if (files.some(isImageName)) return true;
  }
  return false;
}

/** Finds the data set in a subfolder, as data hubs lay files out: the only one, or the one of the wanted split. */
async function below(
  path: string,
  entries: readonly FolderEntry[],
  split: string | undefined,
): Promise<Place> {
  const names: string[] = [];
  for (const { name, kind } of entries) {
    if (kind === 'folder' && (await holdsForm(join(path, name)))) names.push(name);
    if (names.length > LISTED) break;
  }
  if (names.length === 0) throw nothing(path, entries);
  const wanted = split === undefined || names.length === 1 ? names : ofOneSplit(path, names, split);
  if (wanted.length > 1) throw severalBelow(path, wanted);
  return findDataset(join(path, wanted[0]!), split !== undefined && names.length === 1 ? { split } : {});
}

async function holdsForm(path: string): Promise<boolean> {
  const entries = await entriesOf(path).catch(() => []);
  return formsIn(entries).length > 0 || holdsIdentities(path, entries);
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
  const compression = compressionOf(path);
  if (compression) throw compressed(path, compression);
  const known = byExtension[extname(path).toLowerCase()];
  if (known === 'ms-celeb' && !isMsCeleb(path)) return 'list';
  if (known) return known;
  const start = Buffer.from(readUpTo(path, 0, 512)).toString('latin1');
  if (start.startsWith('\x0a\x23\xd7\xce')) return 'recordio';
  if (start.startsWith('PAR1')) return 'parquet';
  if (start.slice(257, 262) === 'ustar') return 'tar';
  if (start.startsWith('\x80')) throw unknown(path, 'a pickle; verificationBin opens verification sets');
  throw unknown(path, `a file that starts with ${JSON.stringify(start.slice(0, 16))}`);
}

/** True if the first line has six or seven columns, as in MS-Celeb-1M; all but the last are short. */
function isMsCeleb(path: string): boolean {
  const start = Buffer.from(readUpTo(path, 0, 1 << 16)).toString('latin1');
  return [6, 7].includes(start.split('\n', 1)[0]!.split('\t').length) || start === '';
}

/** The error for a folder that holds no data set. It says what the folder holds instead, and what to do about it. */
function nothing(path: string, entries: readonly FolderEntry[]): InvalidDataError {
  const files = entries.flatMap(({ name, kind }) => (kind === 'file' ? [name] : []));
  const packed = files.find(isPackedName);
  const compression = packed === undefined ? undefined : compressionOf(join(path, packed));
  if (compression) return compressed(join(path, packed!), compression);
  const list = files.find((name) => byExtension[extname(name).toLowerCase()] !== undefined);
  const received = `a folder with ${listed(entries.map(({ name }) => name))}`;
  if (list !== undefined) return unknown(path, received, `Pass the list: ${join(path, list)}.`);
  const isFlat = files.some(isImageName);
  return unknown(path, received, isFlat ? 'Put each identity’s images into a folder of its own.' : undefined);
}

function severalForms(path: string, forms: readonly Form[]) {
  const seen = forms.map(({ format, example }) =>
    example === '' ? 'folders of images' : `${example} (${format})`,
  );
  return new InvalidDataError({
    where: path,
    expected: 'a data set of one form',
    received: seen.join(' and '),
    fix: `Say which with \`form\`, such as ${forms[0]!.format}, or move the other away.`,
    fields: { path, reason: 'several forms', option: 'format', formats: forms.map(({ format }) => format) },
  });
}

const severalBelow = (path: string, names: readonly string[]) =>
  new InvalidDataError({
    where: path,
    expected: 'one data set',
    received: `several, in the folders ${listed(names)}`,
    fix: `Pass one of them, such as ${join(path, names[0]!)}.`,
    fields: { path, reason: 'several data sets', folders: names },
  });

/** Largest number of names in a message. */
const LISTED = 5;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nothing in it';
  return (
    names.slice(0, LISTED).join(', ') + (names.length > LISTED ? ` and ${names.length - LISTED} more` : '')
  );
}

const unknown = (path: string, received: string, fix = 'Check the path.') =>
  new InvalidDataError({
    where: path,
    expected:
      'a folder for each identity, train.rec, .tar, .parquet or MS-Celeb-1M’s .tsv, or a list (.lst, .csv, .txt)',
    received,
    fix,
    fields: { path, reason: received },
  });
