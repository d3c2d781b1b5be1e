import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ParseTask } from './parse.ts';
import type { ParseAnswer } from './parse-process.ts';

/** Time limit in milliseconds: a fixed part, and a part per MiB. `TICK` is the time between checks. */
const PATIENCE = { once: 4000, perMebibyte: 250 };
const TICK = 100;

/**
 * Heap limit in MiB: a fixed part, and a part per MiB that is read. Numbers in lists take sixteen times their bytes.
 */
const HEAP = { once: 256, perMebibyte: 32 };

/**
 * Reads a parquet file in another process, one task after the other. Whatever a damaged file makes the library do ends
 * with that process:
 * - an endless loop, by the time limit;
 * - an endless list, by the memory limit;
 * - an unhandled error, which does not reach this process.
 *
 * A worker thread would not do: if it requests too much memory at once, the whole process dies.
 *
 * @param bytes Number of bytes that the task reads, from which the limits for time and memory follow.
 * @throws {Error} with the reason.
 */
export function parseApart(task: ParseTask, bytes: number): Promise<unknown> {
  const answer = last.then(() => ask(task, bytes / 2 ** 20));
  last = answer.catch(() => undefined);
  return answer;
}

let last: Promise<unknown> = Promise.resolve();
let kept: { child: ChildProcess; heap: number } | undefined;
/** Callbacks of the task that waits for the process's answer. */
let settle: { resolve: (answer: ParseAnswer) => void; reject: (reason: Error) => void } | undefined;

async function ask(task: ParseTask, mebibytes: number): Promise<unknown> {
  const child = await started(Math.ceil(HEAP.once + HEAP.perMebibyte * mebibytes));
  const patience = PATIENCE.once + PATIENCE.perMebibyte * mebibytes;
  let timer: NodeJS.Timeout | undefined;
  let answer: ParseAnswer;
  try {
    answer = await new Promise<ParseAnswer>((resolve, reject) => {
      // Counts ticks, not elapsed time: while this thread computes or the machine sleeps, an answer may arrive
      // unnoticed.
      let left = patience;
      timer = setInterval(() => {
        left -= TICK;
        if (left <= 0) reject(new Error(`nothing that can be read in ${Math.round(patience / 1000)} s`));
      }, TICK);
      settle = { resolve, reject };
      child.send(task);
    });
  } catch (error) {
    // The process may be stuck, or gone.
    discard();
    throw error;
  } finally {
    clearInterval(timer);
    settle = undefined;
    hold(child, false);
  }
  if ('reason' in answer) throw new Error(answer.reason);
  return answer.result;
}

/** Returns the kept process if its heap is large enough, or starts another. It does not keep this program alive. */
async function started(heap: number): Promise<ChildProcess> {
  if (kept && kept.heap >= heap) {
    hold(kept.child, true);
    return kept.child;
  }
  discard();
  const child = fork(processFile(), {
    execArgv: [`--max-old-space-size=${heap}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // A discarded process may still answer or exit while the next one is working.
  const asked = () => (kept?.child === child ? settle : undefined);
  child.on('message', (answer: ParseAnswer) => asked()?.resolve(answer));
  child.on('error', (error) => asked()?.reject(error));
  child.on('exit', (code, signal) => {
    const waiting = asked();
    if (kept?.child === child) kept = undefined;
    waiting?.reject(
      new Error(`the end of the process that reads it (${signal ?? code}): more memory than it may have`),
    );
  });
  // Loading the library does not count towards a file's time limit.
  await new Promise((resolve, reject) => {
    child.once('message', resolve).once('error', reject).once('exit', reject);
  });
  kept = { child, heap };
  return child;
}

/** Sets whether the process keeps this program alive. */
function hold(child: ChildProcess, held: boolean): void {
  for (const handle of [child, child.channel]) held ? handle?.ref() : handle?.unref();
}

function discard(): void {
  const child = kept?.child;
  kept = undefined;
  child?.kill('SIGKILL');
}

/** Path of the process's script. Run from its sources, as in tests, the package uses the built JavaScript file. */
const processFile = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts')
        ? '../../../dist/parquet/parser/parse-process.js'
        : './parse-process.js',
      import.meta.url,
    ),
  );
