import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isPartial } from '@hm/tensor/files';
import { Rng } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import type { TrainEvent } from './observe/events.ts';
import { checkpointFolder } from './run-folder/checkpoint-folder.ts';
import { loadRun } from './run-folder/load-run.ts';
import { temporaryFolder } from './testing/tiny-run.ts';

const CHILD = fileURLToPath(new URL('testing/kill-child.mjs', import.meta.url));
const STEPS = 32;
const KILLS = 4;

const begin = (out: string): ChildProcess =>
  fork(CHILD, [out, existsSync(join(out, 'run.json')) ? 'resume' : 'begin'], { execArgv: [] });

async function finish(out: string): Promise<void> {
  const [code] = await once(begin(out), 'exit');
  expect(code).toBe(0);
}

/** Kills a run once it has come `steps` further, while it writes the next checkpoint; tells the last one it told of. */
async function killWhileWriting(
  out: string,
  steps: number,
  milliseconds: number,
): Promise<number | undefined> {
  const child = begin(out);
  const exited = once(child, 'exit');
  let last = 0;
  const far = new Promise<void>((resolve) => {
    let count = 0;
    child.on('message', (event: TrainEvent) => {
      if (event.kind !== 'checkpoint') return;
      last = event.step;
      if (++count === steps) resolve();
    });
  });
  await Promise.race([far, exited]);
  await Promise.race([partialFile(checkpointFolder(out)), exited]);
  await delay(milliseconds);
  child.kill('SIGKILL');
  const [, signal] = await exited;
  return signal === 'SIGKILL' ? last : undefined;
}

/** Waits until a file that is not yet whole appears. */
async function partialFile(folder: string): Promise<void> {
  for await (const { filename } of watch(folder)) if (filename && isPartial(filename)) return;
}

test('killed again and again, a run ends with the bits of one that was left alone', async () => {
  const [alone, killed] = [await temporaryFolder(), await temporaryFolder()];
  await finish(alone);
  const rng = Rng.of('kill');
  for (let kill = 0; kill < KILLS; kill++) {
    // From the moment that the file appears to some time after it is whole.
    const last = await killWhileWriting(killed, 3 + rng.integer(4), 6 * kill);
    expect(last, 'the run to be still going when it is killed').toBeDefined();
    // A checkpoint that was told is never lost.
    expect((await loadRun(killed)).progress.step).toBeGreaterThanOrEqual(last!);
    expect((await loadRun(killed)).damaged).toEqual([]);
  }
  await finish(killed);
  const [a, b] = [await loadRun(alone), await loadRun(killed)];
  expect(b.progress).toEqual({ ...a.progress, step: STEPS });
  expect(b.state).toEqual(a.state);
}, 120_000);
