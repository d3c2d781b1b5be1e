import { rename, rm, stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
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
  /** Overwrite what is at the path. Default false. */
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
 * Writes a data set in another format, with a few images in memory at a time. Files appear once they are complete, and
 * so does a new folder. Encoded images pass unchanged unless `size` is given. Images that cannot be read are left out
 * and listed in `skipped`.
 *
 * @param path a folder for `folder` and `tar`, a file for the others.
 * @throws {InvalidArgumentError} if something is at `path` and `overwrite` is not given.
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
    const isThere = (await stat(path).catch(() => undefined)) !== undefined;
    if (isThere && !overwrite) throw alreadyThere(path);
    await removeLeftovers(dirname(path));
    if (isThere || (to !== 'folder' && to !== 'tar'))
      return await writeSamples(path, dataset, to, encoding, onProgress);
    return await atOnce(path, (partial) => writeSamples(partial, dataset, to, encoding, onProgress));
  } finally {
    await lock.release();
  }
}

/** Writes a folder that gets its name once it is complete. If writing fails, what was written is removed. */
async function atOnce<T>(path: string, write: (partial: string) => Promise<T>): Promise<T> {
  const partial = partialPath(path);
  try {
    const written = await write(partial);
    await rename(partial, path);
    return written;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
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

const alreadyThere = (path: string) =>
  new InvalidArgumentError({
    where: 'writeDataset',
    expected: 'an output that is not there yet',
    received: path,
    fix: 'Choose another name, or pass overwrite: true (--overwrite) to write over it.',
    fields: { path },
  });
