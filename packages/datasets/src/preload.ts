import { checkArguments, checkOptions } from '@hm/tensor/host';
import { type Dataset, factsOf, type Sample } from './dataset.ts';
import type { KeptImage, ReadTask } from './jobs/read-job.ts';
import { runJobs } from './jobs/run-jobs.ts';

/** Options of {@link preload}. */
export interface PreloadOptions {
  /** Number of worker threads. Default: one per core. */
  workers?: number;
  /** Called after each image. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Reads or renders a whole data set into memory, in worker threads. {@link inMemory} does the same in the main thread
 * as samples are requested. An image given as pixels takes `3 · height · width` bytes.
 *
 * @throws {InvalidDataError} if a file cannot be read.
 * @example
 * const data = await preload(syntheticFaces({ identities: 100, imagesPerIdentity: 20, hardness: 0.3, seed: 7 }));
 */
export async function preload(dataset: Dataset, options: PreloadOptions = {}): Promise<Dataset> {
  const { workers, onProgress } = checkOptions('preload', options, {
    ...{ workers: 'number', onProgress: 'function' },
  });
  checkArguments('preload', { dataset }, { dataset: 'object' });
  const kept: Sample[] = [];
  const jobs = runJobs<ReadTask, KeptImage>(dataset, 'read', (source) => ({ source }), {
    ...(workers !== undefined && { workers }),
  });
  for await (const { sample, result } of jobs) {
    if (result instanceof Error) throw result;
    kept.push({ ...sample, image: result });
    onProgress?.(kept.length, dataset.length);
  }
  return {
    length: kept.length,
    classes: dataset.classes,
    labels: Int32Array.from(kept, ({ label }) => label),
    name: (label) => dataset.name(label),
    ...factsOf(dataset),
    sample: (index) => kept[index]!,
  };
}
