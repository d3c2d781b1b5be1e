import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Dataset, EncodedSample, EncodedSamplesOptions } from '@hm/datasets';
import { isPartial, lockFile, partialPath, removeLeftovers } from '@hm/tensor/files';
import { InvalidArgumentError, printable } from '@hm/tensor/host';
import { progress } from '../progress.ts';
import { describeLeftOut } from './describe-left-out.ts';

/** The forms in which data sets are written. */
export const formats = ['folder', 'recordio', 'insightface', 'tar', 'parquet'] as const;
export type Format = (typeof formats)[number];

/** Options of every command that writes data. */
export interface WriteDataOptions extends EncodedSamplesOptions {
  to?: Format;
  overwrite?: boolean;
}

/** Summary of the written files. */
export interface Written {
  out: string;
  format: Format;
  images: number;
  identities: number;
  /** Left out, as they are bad. */
  skipped: { index: number; reason: string }[];
  /** Entries that the data set's reader found and did not use. */
  leftOut: NonNullable<Dataset['skipped']>;
  /** Images whose folder or file has another name than in the data set. */
  renamed: { id: string; path: string }[];
  seconds: number;
  imagesPerSecond: number;
}

/**
 * Writes a data set in another form, showing how far it is; memory holds a few images. A folder has its name once it is
 * whole, unless it was there before.
 *
 * @throws {InvalidArgumentError} if OUT is there already and may not be replaced.
 */
export async function writeData(
  label: string,
  dataset: Dataset,
  out: string,
  { to = formatOf(out), overwrite = false, ...options }: WriteDataOptions,
): Promise<Written> {
  const lock = await lockFile(out);
  try {
    const isThere = (await stat(out).catch(() => undefined)) !== undefined;
    if (!overwrite && isThere) throw alreadyThere(out);
    await removeLeftovers(dirname(out));
    const isNewFolder = !isThere && (to === 'folder' || to === 'tar');
    const target = isNewFolder ? partialPath(out) : out;
    const written = await writeSamples(label, dataset, target, to, options);
    if (isNewFolder) await rename(target, out);
    return { ...written, out, format: to };
  } finally {
    await lock.release();
  }
}

/** Writes all samples, or takes away what a new folder holds of them. */
async function writeSamples(
  label: string,
  dataset: Dataset,
  out: string,
  to: Format,
  options: EncodedSamplesOptions,
): Promise<Omit<Written, 'out' | 'format'>> {
  const { encodedSamples } = await import('@hm/datasets');
  const began = performance.now();
  const line = progress(label);
  const skipped: Written['skipped'] = [];
  const renamed: Written['renamed'] = [];
  const identities = new Set<number>();
  let images = 0;
  const samples = encodedSamples(dataset, {
    ...options,
    order: to === 'insightface' ? 'label' : 'index',
    onBadSample: ({ fields }, index) => skipped.push({ index, reason: `${fields.id}: ${fields.reason}` }),
  });
  const counted = (async function* () {
    for await (const sample of samples) {
      identities.add(sample.label);
      yield sample;
      line.update(++images + skipped.length, dataset.length);
    }
  })();
  try {
    await write(to, out, counted, (id, path) => renamed.push({ id, path }));
  } catch (error) {
    if (isPartial(out)) await rm(out, { recursive: true, force: true });
    throw error;
  } finally {
    line.stop();
  }
  const seconds = (performance.now() - began) / 1000;
  const leftOut = dataset.skipped ?? [];
  const imagesPerSecond = images / seconds;
  return { images, identities: identities.size, skipped, leftOut, renamed, seconds, imagesPerSecond };
}

async function write(
  to: Format,
  out: string,
  samples: AsyncIterable<EncodedSample>,
  onRename: (id: string, path: string) => void,
): Promise<void> {
  const { writeImageFolder, writeParquet, writeRecordIo, writeTarShards } = await import('@hm/datasets');
  if (to === 'tar') await writeTarShards(out, samples);
  else if (to === 'parquet') await writeParquet(out, samples);
  else if (to === 'folder') await writeImageFolder(out, samples, { onRename });
  else await writeRecordIo(out, samples, { layout: to === 'insightface' ? 'insightface' : 'plain' });
}

/** What a name suggests: a folder, unless it ends in `.rec` or `.parquet`. */
const formatOf = (out: string): Format => {
  if (out.endsWith('.rec')) return 'recordio';
  return out.endsWith('.parquet') ? 'parquet' : 'folder';
};

/** Names that are printed; `--json` has all. */
const LISTED = 20;

/** A line for people, and what is not in it. */
export function describeWritten({ out, format, images, identities, skipped, ...rest }: Written): string {
  const { seconds, imagesPerSecond, leftOut, renamed } = rest;
  const speed = `${seconds.toFixed(1)} s, ${imagesPerSecond.toFixed(1)} images/s`;
  const left = skipped.map(({ reason }) => printable(`  ${reason}`));
  const head = `${printable(out)}: ${images} images of ${identities} identities as ${format}; ${speed}.`;
  const names = renamed.slice(0, LISTED).map(({ id, path }) => printable(`  ${id} → ${path}`));
  const more = renamed.length > LISTED ? [`  and ${renamed.length - LISTED} more`] : [];
  return [
    head,
    ...(left.length > 0 ? [`Left out, ${left.length} that cannot be read:`, ...left] : []),
    ...(names.length > 0 ? [`Under another name, ${renamed.length}:`, ...names, ...more] : []),
    ...(leftOut.length > 0 ? [describeLeftOut(leftOut)] : []),
  ].join('\n');
}

const alreadyThere = (out: string) =>
  new InvalidArgumentError({
    where: 'hm data',
    expected: 'an output that is not there yet',
    received: out,
    fix: 'Choose another name, or pass --overwrite to write over it.',
  });
