import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { badImage } from '@hm/images';
import { assertWithin, HmError, type InvalidDataError } from '@hm/tensor/host';
import { builtWorker } from '@hm/tensor/workers';
import { Tinypool } from 'tinypool';
import type { Dataset, Sample } from '../dataset.ts';
import { ownBuffers, type PortableSource, toPortable } from '../loader/portable-source.ts';
import type { JobAnswer } from './job-worker.ts';

/** Result of a job for one sample. */
export interface JobResult<Result> {
  index: number;
  sample: Omit<Sample, 'image'>;
  result: Result | InvalidDataError;
}

export interface JobOptions {
  /** Indices in the data set, in the order of the results. Default: all. */
  order?: Iterable<number>;
  /** Number of worker threads. Default: one per core. */
  workers?: number;
}

/** Samples in progress per thread: one is read while another waits. */
const PER_WORKER = 4;

/**
 * Runs a job of `job-worker.ts` on each sample in worker threads and yields the results in order, with few in memory. A
 * bad image yields its error as the result; any other error ends the run.
 */
export async function* runJobs<Task extends object, Result>(
  dataset: Dataset,
  job: string,
  taskOf: (source: PortableSource, sample: Sample) => Task & { source: PortableSource },
  { order = range(dataset.length), workers = availableParallelism() }: JobOptions = {},
): AsyncGenerator<JobResult<Result>, void, void> {
  assertWithin('workers', 'workers', workers);
  const filename = fileURLToPath(builtWorker(import.meta.url, './job-worker'));
  const pool = new Tinypool({
    ...{ filename, minThreads: workers, maxThreads: workers },
    ...{ runtime: 'worker_threads', isolateWorkers: false, execArgv: [] },
  });
  const pending: Promise<JobResult<Result>>[] = [];
  const start = async (index: number): Promise<JobResult<Result>> => {
    const sample = await ask(dataset, index);
    if (HmError.isInstance(sample)) return damaged(dataset, index, sample);
    const { label, id } = sample;
    const task = taskOf(toPortable(sample.image), sample);
    const transferList = ownBuffers(task.source);
    const answer: JobAnswer<Result> = await pool.run(task, { name: job, transferList });
    const result = 'result' in answer ? answer.result : badImage(id, answer.reason, undefined, { index, id });
    return { index, sample: { label, id }, result };
  };
  try {
    for (const index of order) {
      pending.push(quiet(start(index)));
      if (pending.length >= workers * PER_WORKER) yield await pending.shift()!;
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await Promise.allSettled(pending);
    await pool.destroy();
  }
}

/**
 * Returns the error of invalid data, a bad sample. Any other error is a fault of the data set's code and is rethrown.
 */
async function ask(dataset: Dataset, index: number): Promise<Sample | HmError> {
  try {
    return await dataset.sample(index);
  } catch (error) {
    if (HmError.isInstance(error) && error.code === 'invalid-data') return error;
    throw error;
  }
}

function damaged(dataset: Dataset, index: number, cause: HmError): JobResult<never> {
  const id = String(cause.fields.id ?? `sample ${index}`);
  const reason = String(cause.fields.reason ?? cause.message);
  const result = badImage(id, reason, cause, { ...cause.fields, index, id });
  return { index, sample: { label: dataset.labels?.[index] ?? 0, id }, result };
}

function* range(length: number): Generator<number> {
  for (let index = 0; index < length; index++) yield index;
}

/** Keeps a promise that is never awaited from raising an unhandled rejection. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
