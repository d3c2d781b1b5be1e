import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type FuzzTarget, mutate, mutations } from './fuzz.ts';

// `node tools/fuzz/readers.mjs` asks for many more.
export const fuzzRuns = Number(process.env.HM_FUZZ_RUNS ?? 100);
const seed = Number(process.env.HM_FUZZ_SEED ?? 7);
const isStudy = process.env.HM_FUZZ_RUNS !== undefined;

/** Most memory that the process may use, in MB, including what the tests themselves take. */
const MOST_MEGABYTES = 1024;

/**
 * Gives changed files in a folder to a reader. Each must be read, or refused in the way that `readChanged` requires.
 * Both must happen: changes that all pass, or are all refused for one reason, would test nothing. Changes to a file
 * under a hash are always refused.
 */
export async function fuzzReader(
  { name, hashed = false, seeds, read }: FuzzTarget,
  folder: string,
  readChanged: (read: () => Promise<unknown>) => Promise<'read' | 'refused'>,
): Promise<void> {
  const whole = await seeds(folder);
  for (const { path, bytes } of whole) {
    writeFileSync(path, bytes);
    await read(path);
  }
  const counts = { read: 0, refused: 0 };
  let slowest = 0;
  const watch = isStudy ? watchdog(name) : undefined;
  const changed = fc.asyncProperty(fc.constantFrom(...whole), mutations, async ({ path, bytes }, changes) => {
    writeFileSync(path, mutate(bytes, changes));
    watch?.beat();
    const start = performance.now();
    counts[await readChanged(() => read(path))]++;
    slowest = Math.max(slowest, performance.now() - start);
  });
  await fc.assert(changed, { numRuns: fuzzRuns, seed });
  await watch?.end();
  expect(counts.refused).toBeGreaterThan(0);
  expect(hashed || counts.read > 0).toBe(true);
  if (!isStudy) return;
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${name}: ${counts.read} read, ${counts.refused} refused; ${megabytes} MB so far, at most ${Math.round(slowest)} ms`,
  );
  expect(megabytes).toBeLessThan(MOST_MEGABYTES);
}

/**
 * Kills the process if a file takes more than five seconds. It is a worker, because a reader that never returns blocks
 * this thread.
 */
function watchdog(name: string) {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const program = `
    const { workerData: { beats, name } } = require('node:worker_threads');
    let [last, ticks] = [-1, 0];
    setInterval(() => {
      ticks = beats[0] === last ? ticks + 1 : 0;
      last = beats[0];
      if (ticks < 11) return;
      require('node:fs').writeSync(2, name + ': file ' + last + ' takes more than 5 s\\n');
      process.kill(process.pid, 'SIGKILL');
    }, 500);`;
  const worker = new Worker(program, { eval: true, workerData: { beats, name } });
  return { beat: () => Atomics.add(beats, 0, 1), end: () => worker.terminate() };
}
