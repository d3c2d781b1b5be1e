import { readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { lockFile, partialPath, removeLeftovers } from '@hm/tensor/files';
import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { Dataset } from '../dataset.ts';
import { writeParquet } from '../parquet/write-parquet.ts';
import { writeRecordIo } from '../recordio/write-record-io.ts';
import { writeTarShards } from '../tar/write-tar-shards.ts';
import { type EncodedSample, type EncodedSamplesOptions, encodedSamples } from './encoded-samples.ts';
import { writeImageFolder } from './write-image-folder.ts';

/** The formats that {@link writeDataset} writes; `insightface` is RecordIO with a record for each identity. */
export const writableFormats = ['folder', 'recordio', 'insightface', 'tar', 'parquet'] as const;
/** A format that {@link writeDataset} writes. */
export type WritableFormat = (typeof writableFormats)[number];

/** Options of {@link writeDataset}. */
export interface WriteDatasetOptions extends Omit<EncodedSamplesOptions, 'order' | 'onBadSample'> {
  /**
   * Format to write. Default: what the path suggests: `recordio` for `.rec`, `parquet` for `.parquet`, else `folder`.
   */
  to?: WritableFormat;
  /** Replace the data set at the path. A folder that holds anything but images and archives is left alone. Default false. */
  overwrite?: boolean;
  /** Called as images are written, with the number of images processed. */
  onProgress?: (done: number, total: number) => void;
}

/** Result of {@link writeDataset}. */
export interface WrittenDataset {
  format: WritableFormat;
  images: number;
  identities: number;
  /** Images that could not be read and were left out. */
  skipped: { index: number; id: string; reason: string }[];
  /** Images whose folder or file has another name than in the data set. */
  renamed: { id: string; path: string }[];
  seconds: number;
}

/**
 * Writes a data set in another format, with a few images in memory at a time. A file or folder appears once it is
 * complete; with `overwrite`, what was there stays until then. Encoded images pass unchanged unless `size` is given.
 * Images that cannot be read are left out and listed in `skipped`.
 *
 * @param path a folder for `folder` and `tar`, a file for the others.
 * @throws {InvalidArgumentError} if something is at `path` and `overwrite` is not given, or it is no data set.
 * @throws {UnavailableError} if another process writes there, or a file cannot be written.
 * @example
 * const { images, skipped } = await writeDataset('faces.parquet', await openDataset('faces'));
 */
export async function writeDataset(
  path: string,
  dataset: Dataset,
  options: WriteDatasetOptions = {},
): Promise<WrittenDataset> {
  const {
    to: wanted,
    overwrite = false,
    onProgress,
    ...encoding
  } = checkOptions('writeDataset', options, {
    ...{ to: { oneOf: writableFormats }, overwrite: 'boolean', onProgress: 'function' },
    ...{ workers: 'number', size: 'object', format: { oneOf: ['jpeg', 'png'] }, quality: 'number' },
  });
  checkArguments('writeDataset', { path, dataset }, { path: 'string', dataset: 'object' });
  const to = wanted ?? suggestedBy(path);
  const lock = await lockFile(path);
  try {
    const isThere = await isAt(path);
    if (isThere && !overwrite) throw alreadyThere(path);
    if (isThere && (to === 'folder' || to === 'tar')) await assertOnlyImages(path);
    await removeLeftovers(dirname(path));
    const write = (at: string) => writeSamples(at, dataset, to, encoding, onProgress);
    if (to === 'folder' || to === 'tar') return await atOnce(path, write);
    const written = await write(path);
    if (isThere && to === 'recordio') await removeProperty(path);
    return written;
  } finally {
    await lock.release();
  }
}

/**
 * Writes a folder that gets its name once it is complete, in the place of what was there. If writing fails, what was
 * written is removed.
 */
async function atOnce<T>(path: string, write: (partial: string) => Promise<T>): Promise<T> {
  // A link to a folder stays, and leads to the new one.
  const target = await realpath(path).catch(() => path);
  const partial = partialPath(target);
  try {
    const written = await write(partial);
    await takePlace(partial, target);
    return written;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** What folders of images and tar shards consist of, and what systems leave beside it. */
const OF_DATASETS =
  /\.(jpe?g|png|webp|bmp|gif|tiff?|avif|tar|cls|txt)$|^(\.DS_Store|Thumbs\.db|desktop\.ini)$/i;

/** @throws {InvalidArgumentError} if a folder holds other things, which would be lost with it. */
async function assertOnlyImages(path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) return;
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const other = entries.find((entry) => !entry.isDirectory() && !OF_DATASETS.test(entry.name));
  if (other !== undefined) throw holdsOthers(path, join(other.parentPath, other.name));
}

/** Gives a complete folder its name, and removes what had the name before. */
async function takePlace(partial: string, target: string): Promise<void> {
  if (!(await isAt(target))) return rename(partial, target);
  const former = partialPath(target);
  await rename(target, former);
  try {
    await rename(partial, target);
  } catch (error) {
    await rename(former, target);
    throw error;
  }
  await rm(former, { recursive: true, force: true });
}

const isAt = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;

/** Removes the `property` of an overwritten RecordIO file, unless it may be that of another file beside it. */
async function removeProperty(path: string): Promise<void> {
  const records = (await readdir(dirname(path))).filter((name) => extname(name) === '.rec');
  if (records.length === 1) await rm(join(dirname(path), 'property'), { force: true });
}

async function writeSamples(
  path: string,
  dataset: Dataset,
  format: WritableFormat,
  encoding: EncodedSamplesOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<WrittenDataset> {
  const began = performance.now();
  const skipped: WrittenDataset['skipped'] = [];
  const renamed: WrittenDataset['renamed'] = [];
  const identities = new Set<number>();
  let images = 0;
  const samples = encodedSamples(dataset, {
    ...encoding,
    order: format === 'insightface' ? 'label' : 'index',
    onBadSample: ({ fields }, index) =>
      skipped.push({ index, id: String(fields.id), reason: String(fields.reason) }),
  });
  async function* counted(): AsyncGenerator<EncodedSample> {
    for await (const sample of samples) {
      identities.add(sample.label);
      yield sample;
      images++;
      onProgress?.(images + skipped.length, dataset.length);
    }
  }
  if (format === 'tar') await writeTarShards(path, counted());
  else if (format === 'parquet') await writeParquet(path, counted());
  else if (format === 'folder')
    await writeImageFolder(path, counted(), { onRename: (id, file) => renamed.push({ id, path: file }) });
  else await writeRecordIo(path, counted(), { layout: format === 'insightface' ? 'insightface' : 'plain' });
  const seconds = (performance.now() - began) / 1000;
  return { format, images, identities: identities.size, skipped, renamed, seconds };
}

function suggestedBy(path: string): WritableFormat {
  const extension = extname(path);
  if (extension === '.rec') return 'recordio';
  return extension === '.parquet' ? 'parquet' : 'folder';
}

const holdsOthers = (path: string, other: string) =>
  new InvalidArgumentError({
    where: 'writeDataset',
    expected: `a data set alone in ${path}, to overwrite it`,
    received: `${other} too`,
    fix: 'Move that elsewhere, or choose another name.',
    fields: { path, other },
  });

const alreadyThere = (path: string) =>
  new InvalidArgumentError({
    where: 'writeDataset',
    expected: 'an output that is not there yet',
    received: path,
    fix: 'Choose another name, or pass overwrite: true (--overwrite) to replace it.',
    fields: { path },
  });
