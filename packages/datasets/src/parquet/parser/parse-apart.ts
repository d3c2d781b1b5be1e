import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ParseTask } from './parse.ts';
import type { ParseAnswer } from './parse-worker.ts';

/** Milliseconds in which anything is read, and those for each MiB; how long a look at the clock is apart from the next. */
const PATIENCE = { once: 4000, perMebibyte: 250 };
const TICK = 100;

/** MiB of the heap for anything, and for each MiB that is read: numbers in lists take sixteen times their bytes. */
const HEAP = { once: 256, perMebibyte: 32 };

/**
 * Has another thread read a parquet file, one task after the other. What a damaged file makes the library do ends with
 * that thread: a loop by the time, a list without end by the memory, an error that nobody waits for by not being ours.
 *
 * @param bytes What the task reads, by which time and memory are measured.
 * @throws {Error} with the reason.
 */
export function parseApart(task: ParseTask, bytes: number): Promise<unknown> {
  const answer = last.then(() => ask(task, bytes / 2 ** 20));
  last = answer.catch(() => undefined);
  return answer;
}

let last: Promise<unknown> = Promise.resolve();
let kept: { worker: Worker; heap: number } | undefined;
/** Whoever waits for the thread's answer. */
let settle: { resolve: (answer: ParseAnswer) => void; reject: (reason: Error) => void } | undefined;

async function ask(task: ParseTask, mebibytes: number): Promise<unknown> {
  const worker = await started(Math.ceil(HEAP.once + HEAP.perMebibyte * mebibytes));
  const patience = PATIENCE.once + PATIENCE.perMebibyte * mebibytes;
  let timer: NodeJS.Timeout | undefined;
  let answer: ParseAnswer;
  try {
    answer = await new Promise<ParseAnswer>((resolve, reject) => {
      // In ticks: while this thread computes, or the machine sleeps, an answer may be there and not be heard yet.
      let left = patience;
      timer = setInterval(() => {
        left -= TICK;
        if (left <= 0) reject(new Error(`nothing that can be read in ${Math.round(patience / 1000)} s`));
      }, TICK);
      settle = { resolve, reject };
      worker.postMessage(task);
    });
  } catch (error) {
    // It may be at work for ever, or be no more.
    await discard();
    throw error;
  } finally {
    clearInterval(timer);
    settle = undefined;
    worker.unref();
  }
  if ('reason' in answer) throw new Error(answer.reason);
  return answer.result;
}

/** The thread that was kept, if its heap is large enough, or another one. It holds up no program that has ended. */
async function started(heap: number): Promise<Worker> {
  if (kept && kept.heap >= heap) {
    kept.worker.ref();
    return kept.worker;
  }
  await discard();
  const worker = new Worker(workerFile(), { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: heap } });
  worker.on('message', (answer: ParseAnswer) => settle?.resolve(answer));
  worker.on('error', (error) => settle?.reject(error));
  worker.on('exit', () => {
    if (kept?.worker === worker) kept = undefined;
    settle?.reject(new Error('the end of the thread that reads it'));
  });
  // Loading the library counts for no file's time.
  await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject).once('exit', reject);
  });
  kept = { worker, heap };
  return worker;
}

async function discard(): Promise<void> {
  const worker = kept?.worker;
  kept = undefined;
  await worker?.terminate();
}

/** Threads load JavaScript only: run from its sources, as tests do, the package uses the built worker. */
const workerFile = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts') ? '../../../dist/parquet/parser/parse-worker.js' : './parse-worker.js',
      import.meta.url,
    ),
  );
