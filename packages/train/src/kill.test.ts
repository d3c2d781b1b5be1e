import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Rng } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import type { TrainEvent } from './events.ts';
import { loadRun } from './load-run.ts';
import { temporaryFolder } from './testing/tiny-run.ts';

const CHILD = fileURLToPath(new URL('testing/kill-child.mjs', import.meta.url));
const STEPS = 60;
const KILLS = 4;

const begin = (out: string): ChildProcess =>
  fork(CHILD, [out, existsSync(join(out, 'run.json')) ? 'resume' : 'begin'], { execArgv: [] });

async function finish(out: string): Promise<void> {
  const [code] = await once(begin(out), 'exit');
  expect(code).toBe(0);
}

/** Kills a run a random time after it has come `steps` further; tells its last checkpoint, undefined if it ended first. */
async function killAfter(out: string, steps: number, milliseconds: number): Promise<number | undefined> {
  const child = begin(out);
  const exited = once(child, 'exit');
  let last = 0;
  const far = new Promise<void>((resolve) => {
    let first: number | undefined;
    child.on('message', (event: TrainEvent) => {
      if (event.kind !== 'checkpoint') return;
      first ??= event.step;
      last = event.step;
      if (event.step >= first + steps) resolve();
    });
  });
  await Promise.race([far, exited]);
  await delay(milliseconds);
  child.kill('SIGKILL');
  const [, signal] = await exited;
  return signal === 'SIGKILL' ? last : undefined;
}

test('killed again and again, a run ends with the bits of one that was left alone', async () => {
  const [alone, killed] = [await temporaryFolder(), await temporaryFolder()];
  await finish(alone);
  const rng = Rng.of('kill');
  for (let kill = 0; kill < KILLS; kill++) {
    const last = await killAfter(killed, 3 + rng.integer(4), rng.uniform(0, 30));
    expect(last, 'the run to be still going when it is killed').toBeDefined();
    // A checkpoint that was told is never lost.
    expect((await loadRun(killed)).progress.step).toBeGreaterThanOrEqual(last!);
    expect((await loadRun(killed)).damaged).toEqual([]);
  }
  await finish(killed);
  const [a, b] = [await loadRun(alone), await loadRun(killed)];
  expect(b.progress).toEqual({ ...a.progress, step: STEPS });
  expect(b.state).toEqual(a.state);
});
