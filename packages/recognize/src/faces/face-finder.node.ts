import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Detector, loadMtcnn, type Template } from '@hm/align';
import { InvalidDataError, UnavailableError } from '@hm/tensor/host';
import { decode, type Source, sourceOf } from './decode.node.ts';
import type { FaceFinder } from './face-finder.ts';
import { type FoundFaces, findFaces } from './find-faces.ts';

/** The data that a worker starts with. */
export interface FinderData {
  template: Template;
  border: number;
}

/** Photographs that are worth the start of threads. */
const MANY = 8;

/**
 * Finds faces in this thread, and from the first time that many photographs come at once in worker threads, which are kept.
 *
 * @param workers 0 for this thread always.
 */
export function faceFinder(data: FinderData, workers = availableParallelism()): FaceFinder {
  let detector: Promise<Detector> | undefined;
  let threads: FinderThread[] = [];
  return {
    async find(photograph, name) {
      const source = await sourceOf(photograph, name);
      const [idlest] = threads.toSorted((a, b) => a.load - b.load);
      if (idlest !== undefined) return idlest.find(source, name);
      detector ??= loadMtcnn();
      return findFaces(await detector, await decode(source, name), data.template, data.border);
    },
    expect(photographs) {
      if (threads.length === 0 && workers > 0 && photographs >= MANY)
        threads = Array.from({ length: workers }, () => new FinderThread(data));
      return Math.max(2, 2 * threads.length);
    },
    async release() {
      await Promise.all(threads.map((thread) => thread.close()));
      threads = [];
      await (await detector)?.release();
    },
  };
}

/** A worker's request and reply. */
export type FinderRequest = { id: number; source: Source; name: string } | 'close';
export type FinderReply = { id: number } & (
  | { found: FoundFaces }
  | { undecodable: string }
  | { failure: string }
);

interface Waiting {
  name: string;
  resolve(found: FoundFaces): void;
  reject(error: Error): void;
}

class FinderThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #next = 0;
  #failure: Error | undefined;

  constructor(data: FinderData) {
    this.#worker = new Worker(workerFile(), { workerData: data, execArgv: [] });
    this.#worker.on('message', (reply: FinderReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error.message, error));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#fail(`it ended with code ${code}`);
        resolve();
      });
    });
    // A recognizer that is not released must not keep the program running.
    this.#worker.unref();
  }

  get load(): number {
    return this.#waiting.size;
  }

  find(source: Source, name: string): Promise<FoundFaces> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#next++;
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { name, resolve, reject });
      this.#worker.postMessage({ id, source, name } satisfies FinderRequest);
    });
  }

  /** Lets it end by itself: a thread that is terminated while ONNX Runtime works in it takes the process along. */
  close(): Promise<void> {
    this.#worker.ref();
    this.#worker.postMessage('close' satisfies FinderRequest);
    return this.#ended;
  }

  #settle(reply: FinderReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (waiting === undefined) return;
    if ('found' in reply) waiting.resolve(reply.found);
    else if ('undecodable' in reply) waiting.reject(undecodable(waiting.name, reply.undecodable));
    else waiting.reject(broken(`${reply.failure}, at ${waiting.name}`));
  }

  #fail(received: string, cause?: unknown): void {
    this.#failure ??= broken(received, cause);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

const undecodable = (path: string, reason: string) =>
  new InvalidDataError({
    where: path,
    expected: 'a whole image that can be decoded',
    received: `'${reason}'`,
    fix: 'Replace or remove the file.',
    fields: { path, reason },
  });

const broken = (received: string, cause?: unknown) =>
  new UnavailableError({
    where: 'openRecognizer',
    expected: 'every worker thread to keep running',
    received,
    fix: 'Open the recognizer again; with `workers: 0` the failure is easier to trace.',
    cause,
  });

/** Threads load JavaScript only: run from its sources, as tests do, the package uses the built worker. */
const workerFile = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts') ? '../../dist/faces/find-worker.js' : './find-worker.js',
      import.meta.url,
    ),
  );
