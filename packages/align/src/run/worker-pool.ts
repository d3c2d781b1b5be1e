import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { UnavailableError } from '@hm/tensor/host';
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
  unwritable,
} from './align-photograph.ts';

/** The data that a worker starts with. */
export interface WorkerData {
  models: MtcnnModels;
  detection: DetectionOptions;
  settings: PhotographSettings;
}

/** A message to a worker. */
export type WorkerRequest = { id: number; photograph: Photograph } | 'close';

/** A worker's reply. */
export type WorkerReply =
  | { id: number; record: AlignedPhotograph }
  | { id: number; failure: { path: string; code?: string; received: string } };

/** Aligns photographs, several at a time. */
export interface Aligner {
  align(photograph: Photograph): Promise<AlignedPhotograph>;
  close(): Promise<void>;
}

/** Photographs in work per thread: one is decoded, one is searched, one is written. */
const PER_WORKER = 3;

/** Starts so many threads, or none but this one, and says how many photographs to give them at a time. */
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

/** Aligns in `size` worker threads, each with a detector of its own; a photograph goes to the idlest. */
function workerPool(size: number, data: WorkerData): Aligner {
  const workers = Array.from({ length: size }, () => new AlignWorker(data));
  return {
    align: (photograph) =>
      workers.reduce((best, worker) => (worker.load < best.load ? worker : best)).align(photograph),
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

interface Waiting {
  resolve(record: AlignedPhotograph): void;
  reject(error: Error): void;
}

class AlignWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #next = 0;
  #failure: UnavailableError | undefined;

  constructor(data: WorkerData) {
    // Node's flags of the caller, such as --input-type, need not suit a file of plain JavaScript.
    this.#worker = new Worker(workerFile(), { workerData: data, execArgv: [] });
    this.#worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error.message, error));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#fail(`it ended with code ${code}`);
        resolve();
      });
    });
  }

  get load(): number {
    return this.#waiting.size;
  }

  align(photograph: Photograph): Promise<AlignedPhotograph> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, photograph });
    });
  }

  close(): Promise<void> {
    this.#send('close');
    return this.#ended;
  }

  #send(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  #settle(reply: WorkerReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('record' in reply) waiting?.resolve(reply.record);
    else waiting?.reject(errorOf(reply.failure));
  }

  #fail(received: string, cause?: unknown): void {
    this.#failure ??= broken(received, undefined, cause);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

const errorOf = ({ path, code, received }: { path: string; code?: string; received: string }) =>
  code === 'unavailable' ? unwritable(path, received) : broken(received, path);

/** Threads load JavaScript only: run from its sources, as tests do, the package uses the built worker. */
const workerFile = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts') ? '../../dist/run/align-worker.js' : './align-worker.js',
      import.meta.url,
    ),
  );

const broken = (received: string, path?: string, cause?: unknown) =>
  new UnavailableError({
    where: 'alignFolder',
    expected: 'every worker thread to keep running',
    received: path === undefined ? received : `${received}, at ${path}`,
    fix: 'Run again, finished images are kept; with `workers: 0` the failure is easier to trace.',
    ...(path === undefined ? {} : { fields: { path } }),
    cause,
  });
