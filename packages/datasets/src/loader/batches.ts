import { checkOptions } from '@hm/tensor/host';
import type { Dataset } from '../dataset.ts';
import { createLoader, type EpochOptions, epochOptions } from './create-loader.ts';
import { type LoaderOptions, loaderOptions } from './loader-options.ts';
import type { Batch } from './read-epoch.ts';

/**
 * Returns the batches of one epoch, from a loader that is closed when the loop ends for any reason.
 *
 * @throws {InvalidArgumentError} if an option is out of range.
 * @throws {InvalidDataError} if the data set is empty, or from the loop if a sample is bad.
 * @example
 * for await (const { images, labels } of batches(data, { batchSize: 64, seed: 7, epoch: 0, preprocessing })) {
 *   console.log(images.shape, labels.shape); // [64, 112, 112, 3] [64]
 * }
 */
export function batches(
  dataset: Dataset,
  options: LoaderOptions & EpochOptions,
): AsyncGenerator<Batch, void, void> {
  const { epoch, start, order, ...rest } = checkOptions('batches', options, {
    ...loaderOptions,
    ...epochOptions,
  });
  const loader = createLoader(dataset, rest);
  const batches = loader.batches({ epoch, order, ...(start !== undefined && { start }) });
  return closing(batches, () => loader.close());
}

async function* closing(source: AsyncGenerator<Batch, void, void>, close: () => Promise<void>) {
  try {
    yield* source;
  } finally {
    await close();
  }
}
