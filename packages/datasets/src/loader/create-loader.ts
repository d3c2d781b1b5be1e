import { checkArguments, checkOptions, InvalidDataError, type OptionKinds } from '@hm/tensor/host';
import type { Dataset } from '../dataset.ts';
import { epochOrder } from './epoch-order.ts';
import {
  type BadSample,
  checkInteger,
  type LoaderOptions,
  loaderOptions,
  resolveLoaderOptions,
} from './loader-options.ts';
import type { PreparedBatch } from './prepare-batch.ts';
import { type Batch, readEpoch } from './read-epoch.ts';
import { WorkerPool } from './worker-pool.ts';

/** The epoch to read, and where to start in it. */
export interface EpochOptions {
  /** Epoch number, from 0. */
  epoch: number;
  /** Index of the first batch to read, to resume within an epoch. Default 0. */
  start?: number;
  /**
   * Indices of the samples to read, batch after batch, instead of the seed's shuffle. Must hold at least as many as an
   * epoch's batches take. A repeated index gets the same random changes each time.
   */
  order?: readonly number[] | undefined;
}

/** Types of the members of {@link EpochOptions}. */
export const epochOptions: OptionKinds<EpochOptions> = { epoch: 'number', start: 'number', order: 'array' };

/** Reads epochs of a data set with worker threads that live until it is closed. */
export interface Loader {
  readonly batchesPerEpoch: number;
  /** Samples skipped so far under `onBadSample`, each listed once. */
  readonly badSamples: readonly BadSample[];
  /**
   * Returns the batches of an epoch. They depend on the seed and the epoch, not on the number of workers. Leaving the
   * loop early stops preparing further batches.
   *
   * @throws {InvalidDataError} from the loop, if a sample is bad and `onBadSample` is `throw` (`fields.id` names it),
   * or if more than `maxBadShare` are bad (`fields.bad` lists them).
   * @throws {UnavailableError} from the loop, if a worker dies.
   */
  batches(options: EpochOptions): AsyncGenerator<Batch, void, void>;
  /** Ends the workers. */
  close(): Promise<void>;
}

/**
 * Creates a loader that prepares batches ahead of their consumer. Samples are requested in the main thread; reading,
 * decoding, augmenting and normalising happen in worker threads. Close it when done. An idle loader does not keep the
 * process alive.
 *
 * @throws {InvalidArgumentError} if an option is out of range.
 * @throws {InvalidDataError} if the data set is empty.
 * @throws {UnavailableError} if the worker's file is missing.
 * @example
 * const loader = createLoader(data, { batchSize: 64, seed: 7, preprocessing: defaultPreprocessing, augment: flipOnly });
 * for (let epoch = 0; epoch < 20; epoch++) {
 *   for await (const { images, labels } of loader.batches({ epoch })) await step(images, labels);
 * }
 * await loader.close();
 */
export function createLoader(dataset: Dataset, options: LoaderOptions): Loader {
  checkOptions('createLoader', options, loaderOptions);
  checkArguments('createLoader', { dataset }, { dataset: 'object' });
  const resolved = resolveLoaderOptions(dataset, options);
  const { batchSize, dropLast, maxBad, onBadSample, seed, shuffle } = resolved;
  const batchesPerEpoch = (dropLast ? Math.floor : Math.ceil)(dataset.length / batchSize);
  const pool = new WorkerPool(resolved.workers);
  const skipped = new Map<number, BadSample>();
  let readings = 0;

  const deliver = ({ bad }: PreparedBatch) => {
    for (const sample of bad.filter(({ index }) => !skipped.has(index))) {
      skipped.set(sample.index, sample);
      if (typeof onBadSample === 'function') onBadSample(sample);
    }
    if (skipped.size > maxBad) throw tooManyBad([...skipped.values()], maxBad, dataset.length);
  };

  async function* read({ epoch, start = 0, ...given }: EpochOptions): AsyncGenerator<Batch, void, void> {
    const controller = new AbortController();
    const group = ++readings;
    const order = given.order ?? epochOrder(dataset.length, seed, epoch, shuffle);
    const context = { dataset, options: resolved, pool, epoch, group, order, signal: controller.signal };
    try {
      yield* readEpoch(context, start, batchesPerEpoch, deliver);
    } finally {
      controller.abort();
      pool.cancel(group);
    }
  }

  return {
    batchesPerEpoch,
    get badSamples() {
      return [...skipped.values()];
    },
    batches(epoch) {
      checkOptions('Loader.batches', epoch, epochOptions);
      checkInteger('epoch', epoch.epoch, 0);
      checkInteger('start', epoch.start ?? 0, 0, batchesPerEpoch);
      checkOrder(epoch.order, dataset.length, dropLast ? batchesPerEpoch * batchSize : dataset.length);
      return read(epoch);
    },
    close: () => pool.close(),
  };
}

/** @throws {InvalidArgumentError} */
function checkOrder(order: readonly number[] | undefined, length: number, least: number): void {
  if (order === undefined) return;
  checkInteger('order.length', order.length, least);
  for (const index of order) checkInteger('each place in order', index, 0, length - 1);
}

const tooManyBad = (bad: readonly BadSample[], most: number, length: number) =>
  new InvalidDataError({
    where: 'createLoader',
    expected: `at most ${most} bad samples among ${length}`,
    received: `${bad.length}, such as ${bad[0]!.id} (${bad[0]!.reason})`,
    fix: 'Repair the data set, or raise maxBadShare.',
    fields: { bad, most },
  });
