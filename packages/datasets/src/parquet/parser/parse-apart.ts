import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ParseTask } from './parse.ts';
import type { ParseAnswer } from './parse-process.ts';

/** Milliseconds in which anything is read, and those for each MiB; how long a look at the clock is apart from the next. */
const PATIENCE = { once: 4000, perMebibyte: 250 };
const TICK = 100;

/** MiB of the heap for anything, and for each MiB that is read: numbers in lists take sixteen times their bytes. */
const HEAP = { once: 256, perMebibyte: 32 };

/**
 * Has another process read a parquet file, one task after the other. What a damaged file makes the library do ends with
 * that process: a loop by the time, a list without end by the memory, an error that nobody waits for by not being ours.
 * A thread would not do: one that wants too much memory at once takes its process with it.
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
let kept: { child: ChildProcess; heap: number } | undefined;
/** Whoever waits for the process's answer. */
let settle: { resolve: (answer: ParseAnswer) => void; reject: (reason: Error) => void } | undefined;

async function ask(task: ParseTask, mebibytes: number): Promise<unknown> {
  const child = await started(Math.ceil(HEAP.once + HEAP.perMebibyte * mebibytes));
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
      child.send(task);
    });
  } catch (error) {
    // It may be at work for ever, or be no more.
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

/** The process that was kept, if its heap is large enough, or another one. It holds up no program that has ended. */
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
  // One that was discarded may still answer or end, while the next one is at work.
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
  // Loading the library counts for no file's time.
  await new Promise((resolve, reject) => {
    child.once('message', resolve).once('error', reject).once('exit', reject);
  });
  kept = { child, heap };
  return child;
}

/** Whether this program waits for it before it ends. */
function hold(child: ChildProcess, held: boolean): void {
  for (const handle of [child, child.channel]) held ? handle?.ref() : handle?.unref();
}

function discard(): void {
  const child = kept?.child;
  kept = undefined;
  child?.kill('SIGKILL');
}

/** Node runs JavaScript: from its sources, as tests do, the package uses the built file. */
const processFile = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts')
        ? '../../../dist/parquet/parser/parse-process.js'
        : './parse-process.js',
      import.meta.url,
    ),
  );
