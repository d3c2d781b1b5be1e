import type { SkippedEntry } from '@hm/images';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import type { Dataset } from '../dataset.ts';
import type { Inspection, InspectTask } from '../jobs/inspect-job.ts';
import { runJobs } from '../jobs/run-jobs.ts';
import { labelsOf } from '../write/encoded-samples.ts';
import { hashWords } from './difference-hash.ts';
import { countsOf, describeCounts, type IdentityCounts } from './identity-counts.ts';
import { nearDuplicates } from './near-duplicates.ts';

/** Options of {@link inspectDataset}. */
export interface InspectOptions {
  /** Number of images to inspect, evenly spread. Default: all. */
  images?: number;
  /** Identities with fewer images than this are listed. Default 2. */
  fewImages?: number;
  /**
   * Images are near duplicates if their perceptual hashes differ in at most this many of 128 bits; 0 to 7. Default 4.
   */
  nearBits?: number;
  /** Number of worker threads. Default: one per core. */
  workers?: number;
  /** Called after each image. */
  onProgress?: (done: number, total: number) => void;
}

/** Images that are the same, or nearly. */
export interface Duplicates {
  /** Names of the images; the first is the one that comes first in the data set. */
  ids: string[];
  /** Names of their identities, each once; more than one means that a label is wrong. */
  names: string[];
}

/** Summary of a data set. */
export interface DatasetReport {
  images: number;
  /** Number of inspected images. Sizes, formats, undecodable images and duplicates cover only these. */
  inspected: number;
  perIdentity: IdentityCounts;
  fewImages: { name: string; images: number }[];
  sizes: { height: number; width: number; images: number }[];
  formats: Record<string, number>;
  undecodable: { id: string; reason: string }[];
  /** Entries that were found but not used. */
  leftOut: readonly SkippedEntry[];
  /** Inconsistencies between the data set's files. */
  problems: readonly string[];
  /** Files with the same SHA-256. */
  duplicates: Duplicates[];
  /** Pairs that look the same though their bytes differ, such as copies at another quality. */
  nearDuplicates: (Duplicates & { distance: number })[];
}

/**
 * Reads and decodes a data set's images in worker threads, and reports what it contains and what may be wrong with it.
 * Keeps only names and hashes in memory.
 *
 * @throws {InvalidArgumentError} if `nearBits` is out of range.
 * @example
 * const report = await inspectDataset(await imageFolder('faces'));
 * console.log(report.undecodable, report.duplicates.filter(({ names }) => names.length > 1));
 */
export async function inspectDataset(dataset: Dataset, options: InspectOptions = {}): Promise<DatasetReport> {
  checkOptions('inspectDataset', options, {
    ...{
      images: 'number',
      fewImages: 'number',
      nearBits: 'number',
      workers: 'number',
      onProgress: 'function',
    },
  });
  checkArguments('inspectDataset', { dataset }, { dataset: 'object' });
  const { fewImages = 2, nearBits = 4, images = dataset.length } = options;
  const counts = countsOf(await labelsOf(dataset));
  const found = await look(dataset, spread(dataset.length, images), options);
  return {
    images: dataset.length,
    inspected: found.ids.length + found.undecodable.length,
    perIdentity: describeCounts(counts),
    fewImages: few(dataset, counts, fewImages),
    sizes: [...found.sizes.values()].sort((a, b) => b.images - a.images),
    formats: Object.fromEntries(found.formats),
    undecodable: found.undecodable,
    leftOut: dataset.skipped ?? [],
    problems: dataset.problems ?? [],
    duplicates: [...found.digests.values()].filter((places) => places.length > 1).map(found.describe),
    nearDuplicates: nearDuplicates(Uint32Array.from(found.hashes), nearBits)
      .filter(({ first, second }) => found.digestOf[first] !== found.digestOf[second])
      .map(({ first, second, distance }) => ({ ...found.describe([first, second]), distance })),
  };
}

/** Inspects the images and collects the results; lists are in the order of `ids`. */
async function look(dataset: Dataset, order: readonly number[], { workers, onProgress }: InspectOptions) {
  const ids: string[] = [];
  const labels: number[] = [];
  const hashes: number[] = [];
  const digestOf: string[] = [];
  const digests = new Map<string, number[]>();
  const sizes = new Map<string, { height: number; width: number; images: number }>();
  const formats = new Map<string, number>();
  const undecodable: { id: string; reason: string }[] = [];
  const add = ({ height, width, format, digest, hash }: Inspection, id: string, label: number) => {
    const place = ids.push(id) - 1;
    labels.push(label);
    digestOf.push(digest);
    for (let word = 0; word < hashWords; word++) hashes.push(hash[word]!);
    digests.set(digest, [...(digests.get(digest) ?? []), place]);
    const size = sizes.get(`${height}x${width}`) ?? { height, width, images: 0 };
    sizes.set(`${height}x${width}`, { ...size, images: size.images + 1 });
    formats.set(format, (formats.get(format) ?? 0) + 1);
  };
  const jobs = runJobs<InspectTask, Inspection>(
    dataset,
    'inspect',
    (source, { id }) => ({ source, name: id }),
    { order, ...(workers !== undefined && { workers }) },
  );
  let done = 0;
  for await (const { sample, result } of jobs) {
    if ('digest' in result) add(result, sample.id, sample.label);
    else undecodable.push({ id: sample.id, reason: String(result.fields.reason) });
    onProgress?.(++done, order.length);
  }
  const describe = (places: readonly number[]): Duplicates => ({
    ids: places.map((place) => ids[place]!),
    names: [...new Set(places.map((place) => dataset.name(labels[place]!)))],
  });
  return { ids, hashes, digestOf, digests, sizes, formats, undecodable, describe };
}

const few = (dataset: Dataset, counts: ReadonlyMap<number, number>, least: number) =>
  [...counts]
    .filter(([, images]) => images < least)
    .map(([label, images]) => ({ name: dataset.name(label), images }));

/** Returns `count` of `length` indices, evenly spread. */
const spread = (length: number, count: number): number[] => {
  const taken = Math.min(length, count);
  return Array.from({ length: taken }, (_, place) => Math.floor((place * length) / taken));
};
