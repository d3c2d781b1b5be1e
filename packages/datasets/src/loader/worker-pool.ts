import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InvalidArgumentError, UnavailableError } from '@hm/tensor/host';
import { builtWorker } from '@hm/tensor/workers';
import type { FillResult, FillTask } from './fill-batch.ts';
import { ownBuffers } from './portable-source.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

interface Waiting {
  group: number;
  worker: Worker;
  resolve(result: FillResult): void;
  reject(error: unknown): void;
}

/**
 * Worker threads that fill batches, started by the first task. Tasks are posted at once, so that a worker finds its
 * next one without help from the main thread, which ONNX Runtime blocks during a training step. Idle workers do not
 * keep the process alive.
 */
export class WorkerPool {
  readonly #count: number;
  readonly #file = workerFile();
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #closed: Promise<void> | undefined;
  #failure: Error | undefined;
  #lastId = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** Posts a task to the worker with that number (modulo the count). The task's `images` are transferred. */
  async run(number: number, group: number, task: FillTask): Promise<FillResult> {
    const refusal = this.#closed ? closedError() : this.#failure;
    if (refusal) throw refusal;
    while (this.#workers.length < this.#count) this.#workers.push(this.#start());
    const worker = this.#workers[number % this.#count]!;
    const id = ++this.#lastId;
    post(worker, { kind: 'fill', id, group, task }, [
      task.images.buffer,
      ...task.items.flatMap(({ image }) => ownBuffers(image)),
    ]);
    worker.ref();
    return new Promise((resolve, reject) => this.#waiting.set(id, { group, worker, resolve, reject }));
  }

  /** Cancels a group's tasks: their promises never settle, and the workers stop before the next image. */
  cancel(group: number): void {
    if (this.#take((waiting) => waiting.group === group).length === 0) return;
    for (const worker of this.#workers) post(worker, { kind: 'cancel', group });
  }

  /** Ends the workers after their current image; waiting tasks are rejected. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    for (const { reject } of this.#take(() => true)) reject(closedError());
    await Promise.all(this.#workers.map(endWorker));
  }

  #start(): Worker {
    // Options such as --input-type or a loader are for the caller's files, and would keep the worker from starting.
    const worker = new Worker(this.#file, { name: 'hm-datasets', execArgv: [] });
    worker.on('message', ({ id, result }: FromWorker) => {
      for (const { resolve } of this.#take((_, waitingId) => waitingId === id)) resolve(result);
    });
    worker.on('error', (cause) => this.#fail(worker, cause));
    worker.on('exit', (code) => this.#fail(worker, `exit code ${code}`));
    worker.unref();
    return worker;
  }

  #fail(worker: Worker, cause: unknown): void {
    if (this.#closed) return;
    this.#failure ??= failed(cause);
    for (const { reject } of this.#take((waiting) => waiting.worker === worker)) reject(this.#failure);
  }

  /** Removes the tasks that match, and lets workers without tasks go idle. */
  #take(matches: (waiting: Waiting, id: number) => boolean): Waiting[] {
    const taken = [...this.#waiting].filter(([id, waiting]) => matches(waiting, id));
    for (const [id] of taken) this.#waiting.delete(id);
    const busy = new Set([...this.#waiting.values()].map(({ worker }) => worker));
    for (const [, { worker }] of taken) if (!busy.has(worker)) worker.unref();
    return taken.map(([, waiting]) => waiting);
  }
}

const post = (worker: Worker, message: ToWorker, transfer: readonly ArrayBuffer[] = []): void =>
  worker.postMessage(message, transfer);

async function endWorker(worker: Worker): Promise<void> {
  if (worker.threadId < 0) return;
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.ref();
  post(worker, { kind: 'close' });
  // A read that hangs, as on a lost network drive, must not hang the caller.
  const timer = setTimeout(() => void worker.terminate(), 5000);
  await exited;
  clearTimeout(timer);
}

function workerFile(): URL {
  const file = builtWorker(import.meta.url, './worker');
  if (existsSync(file)) return file;
  throw new UnavailableError({
    where: 'createLoader',
    expected: 'the worker’s file',
    received: `nothing at ${fileURLToPath(file)}`,
    fix: 'Build @hm/datasets, and leave its files together: a bundler must not inline them.',
  });
}

const failed = (cause: unknown) =>
  new UnavailableError({
    where: 'createLoader',
    expected: 'a running worker thread',
    received: cause instanceof Error ? cause.message : cause,
    fix: 'Use a smaller batch or queue if memory ran out; make a new loader.',
    cause,
  });

const closedError = () =>
  new InvalidArgumentError({
    where: 'createLoader',
    expected: 'an open loader',
    received: 'one that was closed',
    fix: 'Make a new loader.',
  });
