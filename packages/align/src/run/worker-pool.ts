import { builtWorker, WorkerThread } from '@hm/tensor/workers';
import type { DetectionOptions } from '../detect/detector.ts';
import { loadMtcnn } from '../detect/load-mtcnn.ts';
import { modelsOf } from '../networks/models-of.ts';
import type { MtcnnModels } from '../networks/network-runner.ts';
import type { MtcnnWeights } from '../networks/weights.ts';
import {
  type AlignedPhotograph,
  alignPhotograph,
  type Photograph,
  type PhotographSettings,
} from './align-photograph.ts';

/** Data that a worker starts with. */
export interface WorkerData {
  models: MtcnnModels;
  detection: DetectionOptions;
  settings: PhotographSettings;
}

/** Aligns photographs, several at a time. */
export interface Aligner {
  align(photograph: Photograph): Promise<AlignedPhotograph>;
  close(): Promise<void>;
}

/** Number of photographs in progress per thread: one is decoded, one is searched, one is written. */
const PER_WORKER = 3;

/**
 * Starts the given number of threads, or uses this one for 0. Also returns how many photographs to process at a time.
 */
export async function startAligner(
  workers: number,
  { weights, ...rest }: Omit<WorkerData, 'models'> & { weights: MtcnnWeights },
) {
  const data = { ...rest, models: modelsOf(weights) };
  const aligner = workers === 0 ? await localAligner(data) : workerPool(workers, data);
  return { aligner, width: Math.max(1, workers) * PER_WORKER };
}

/** Aligns in this thread. */
async function localAligner({ models, detection, settings }: WorkerData): Promise<Aligner> {
  const detector = await loadMtcnn({ models, ...detection });
  return {
    align: (photograph) => alignPhotograph(detector, photograph, settings),
    close: () => detector.release(),
  };
}

/** Aligns in `size` worker threads, each with its own detector. A photograph goes to the least busy thread. */
function workerPool(size: number, data: WorkerData): Aligner {
  const file = builtWorker(import.meta.url, './align-worker');
  const options = {
    where: 'alignFolder',
    fix: 'Run again, finished images are kept; with `workers: 0` the failure is easier to trace.',
    data,
    pathOf: ({ path }: Photograph) => path,
  };
  const threads = Array.from(
    { length: size },
    () => new WorkerThread<Photograph, AlignedPhotograph>(file, options),
  );
  return {
    align: (photograph) =>
      threads.reduce((best, thread) => (thread.load < best.load ? thread : best)).ask(photograph),
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
