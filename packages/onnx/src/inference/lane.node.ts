import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { HostTensor } from '@hm/tensor/host';

type HostTensors = Record<string, HostTensor>;

/** A copy of a network in a thread of its own. */
export interface Lane {
  /** Runs it; the memory of the feeds goes to the thread. */
  run(feeds: HostTensors): Promise<HostTensors>;
  release(): Promise<void>;
}

/** What a lane's thread is sent. */
export type LaneRequest = { model: Uint8Array } | { id: number; feeds: HostTensors } | 'release';

/** What it answers: the results of a run, or why there are none; once, that it is ready. */
export type LaneReply = { id: number; results: HostTensors } | { id: number; failure: string } | 'ready';

/** Every lane holds the network: with more threads there is one, and they share each operator. */
const MOST_LANES = 4;

/** How many lanes take so many threads, or all that there are: one for each, or one for all of them. */
export function lanesFor(threads = availableParallelism()): number {
  return threads <= MOST_LANES ? threads : 1;
}

/** Loads a network for one thread in a thread of its own; undefined where that cannot be had. */
export async function startLane(model: Uint8Array): Promise<Lane | undefined> {
  const lane = new WorkerLane(model);
  return (await lane.ready) ? lane : undefined;
}

interface Waiting {
  resolve(results: HostTensors): void;
  reject(error: Error): void;
}

class WorkerLane implements Lane {
  readonly ready: Promise<boolean>;
  // Node's flags of the caller, such as --input-type, need not suit a file of plain JavaScript.
  readonly #worker = new Worker(workerFile(), { name: 'hm-lane', execArgv: [] });
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #failure: Error | undefined;
  #last = 0;

  constructor(model: Uint8Array) {
    const worker = this.#worker;
    worker.on('error', (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => worker.once('exit', () => resolve()));
    const whenReady = new Promise<true>((resolve) => {
      worker.on('message', (reply: LaneReply) => {
        if (reply === 'ready') resolve(true);
        else this.#settle(reply);
      });
    });
    this.ready = Promise.race([whenReady, this.#ended.then(() => false)]);
    this.#ended.then(() => this.#fail(new Error('its thread ended')));
    const copy = model.slice();
    this.#send({ model: copy }, [copy.buffer]);
    this.ready.then(() => this.#rest());
  }

  run(feeds: HostTensors): Promise<HostTensors> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#last;
    this.#worker.ref();
    this.#send(
      { id, feeds },
      Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer),
    );
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  async release(): Promise<void> {
    this.#worker.ref();
    this.#send('release');
    await this.#ended;
  }

  #send(request: LaneRequest, memory: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, memory);
  }

  #settle(reply: Exclude<LaneReply, 'ready'>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    this.#rest();
    if ('results' in reply) waiting?.resolve(reply.results);
    else waiting?.reject(new Error(reply.failure));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  /** A lane with nothing to do does not keep the program from ending. */
  #rest(): void {
    if (this.#waiting.size === 0) this.#worker.unref();
  }
}

/** Threads load JavaScript only: run from its sources, as tests do, the package uses the built worker. */
const workerFile = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts') ? '../../dist/inference/lane-worker.js' : './lane-worker.js',
      import.meta.url,
    ),
  );
