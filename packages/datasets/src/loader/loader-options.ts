import { availableParallelism } from 'node:os';
import {
  assertWithin,
  InvalidArgumentError,
  InvalidDataError,
  limits,
  type OptionKinds,
} from '@hm/tensor/host';
import type { Augmentation } from '../augment/augmentation.ts';
import { type ResolvedAugmentation, resolveAugmentation } from '../augment/resolve-augmentation.ts';
import type { Dataset } from '../dataset.ts';
import { checkPreprocessing, type Preprocessing } from './preprocessing.ts';

/** A sample that could not be read or decoded. */
export interface BadSample {
  /** Index in the data set. */
  index: number;
  id: string;
  reason: string;
}

/** The part of every batch that a loader reads. */
export interface Shard {
  index: number;
  count: number;
}

/** Options of a loader. */
export interface LoaderOptions {
  batchSize: number;
  /** Integer seed. Order and augmentation depend only on the seed and the epoch. */
  seed: number;
  preprocessing: Preprocessing;
  /** Random changes to the images. Default: none. */
  augment?: Augmentation;
  /** Shuffle the samples of each epoch. Default true; false keeps the data set's order. */
  shuffle?: boolean;
  /** Leave out an epoch's last batch if it is not full. Default false. */
  dropLast?: boolean;
  /**
   * Reads only one of `count` equal parts of every batch, the `index`-th from 0, for processes that share the work. It
   * does not affect which samples make up a batch or how they are augmented. `batchSize` is the size of the whole
   * batch.
   */
  shard?: Shard;
  /** Number of worker threads. Default: one less than the processor's cores, from 1 to 4. */
  workers?: number;
  /**
   * Largest number of batches prepared ahead, each of `batchSize · height · width · 12` bytes. Default `workers + 2`.
   */
  queue?: number;
  /**
   * What to do with bad samples. `throw` throws an error that names the first one. `skip`, or a callback for each of
   * them, replaces it with a random sample, so that batches keep their size; the loader lists it in `badSamples`.
   * Default `throw`.
   */
  onBadSample?: 'throw' | 'skip' | ((bad: BadSample) => void);
  /**
   * Largest share of bad samples in the data set; more end the epoch with an error that lists them. Default 0.01, but
   * not fewer than ten samples.
   */
  maxBadShare?: number;
}

export type ResolvedLoaderOptions = Required<Omit<LoaderOptions, 'augment' | 'maxBadShare'>> & {
  augment: ResolvedAugmentation;
  /** Largest number of bad samples; more are an error. */
  maxBad: number;
};

/** Types of the members of {@link LoaderOptions}. */
export const loaderOptions: OptionKinds<LoaderOptions> = {
  ...{ batchSize: 'number', seed: 'number', preprocessing: 'object', augment: 'object' },
  ...{ shuffle: 'boolean', dropLast: 'boolean', shard: 'object', workers: 'number', queue: 'number' },
  ...{ onBadSample: ['string', 'function'], maxBadShare: 'number' },
};

/** Fills in the defaults and checks the options against a data set. */
export function resolveLoaderOptions(dataset: Dataset, options: LoaderOptions): ResolvedLoaderOptions {
  if (!(dataset.length > 0)) throw emptyError(dataset.length);
  const workers = options.workers ?? Math.min(4, Math.max(1, availableParallelism() - 1));
  const resolved: ResolvedLoaderOptions = {
    batchSize: options.batchSize,
    seed: options.seed,
    preprocessing: checkPreprocessing(options.preprocessing, 'createLoader preprocessing'),
    augment: resolveAugmentation(options.augment ?? {}),
    shuffle: options.shuffle ?? true,
    dropLast: options.dropLast ?? false,
    shard: options.shard ?? { index: 0, count: 1 },
    workers,
    queue: options.queue ?? workers + 2,
    onBadSample: options.onBadSample ?? 'throw',
    maxBad: mostBad(dataset.length, options.maxBadShare),
  };
  assertWithin('createLoader', 'workers', workers);
  assertWithin('createLoader', 'batchSize', options.batchSize);
  checkInteger('queue', resolved.queue, 1, limits.batchSize);
  checkInteger('seed', resolved.seed, Number.MIN_SAFE_INTEGER);
  checkShard(resolved);
  return resolved;
}

/** @throws {InvalidArgumentError} if batches cannot be shared out evenly. */
function checkShard({ shard: { index, count }, batchSize, dropLast }: ResolvedLoaderOptions): void {
  checkInteger('shard.count', count, 1);
  checkInteger('shard.index', index, 0, count - 1);
  if (count === 1 || (batchSize % count === 0 && dropLast)) return;
  throw new InvalidArgumentError({
    where: 'createLoader',
    expected: 'full batches (dropLast) of a size that the number of shards divides',
    received: `batches of ${batchSize}${dropLast ? '' : ', the last one of fewer'}, for ${count} shards`,
    fix: `Set dropLast, and a batchSize that is a multiple of ${count}.`,
  });
}

function mostBad(length: number, share: number | undefined): number {
  if (share === undefined) return Math.max(10, Math.floor(length * 0.01));
  if (share >= 0 && share <= 1) return Math.floor(length * share);
  throw new InvalidArgumentError({
    where: 'createLoader',
    expected: 'maxBadShare to be from 0 to 1',
    received: share,
    fix: 'Pass a share of the data set, such as 0.01.',
  });
}

/** @throws {InvalidArgumentError} */
export function checkInteger(name: string, value: number, low: number, high = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return;
  throw new InvalidArgumentError({
    where: 'createLoader',
    expected: `${name} to be an integer from ${low} to ${high}`,
    received: value,
    fix: `Pass such a ${name}.`,
  });
}

const emptyError = (length: number) =>
  new InvalidDataError({
    where: 'createLoader',
    expected: 'a data set with at least one sample',
    received: length,
    fix: 'Open a data set that has images.',
  });
