// Kills a run with SIGKILL at random moments, goes on with it each time, and compares its end to the bit with a run that
// was left alone: node tools/kill-study.mjs [KILLS]. It trains packages/train/src/testing/kill-child.mjs.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Rng } from '@hm/tensor/host';
import { loadRun } from '@hm/train';

const CHILD = fileURLToPath(new URL('../packages/train/src/testing/kill-child.mjs', import.meta.url));
const kills = Number(process.argv[2] ?? 50);
const folder = mkdtempSync(join(tmpdir(), 'hm-kill-'));

const begin = (out) =>
  fork(CHILD, [out, existsSync(join(out, 'run.json')) ? 'resume' : 'begin', '200'], { execArgv: [] });

/** Lets a run go on until it ends; the code that it ends with. */
async function finish(out) {
  const [code] = await once(begin(out), 'exit');
  if (code !== 0) throw new Error(`the run in ${out} ended with ${code}`);
}

/**
 * Kills a run some time after it began to train, or, now and then, to start up; the last checkpoint that it told of, or
 * undefined if it ended by itself.
 */
async function kill(out, milliseconds, training) {
  const child = begin(out);
  const exited = once(child, 'exit');
  let told = 0;
  const started = new Promise((resolve) => {
    child.on('message', ({ kind, step }) => {
      if (kind === 'checkpoint') told = step;
      if (kind === 'start') resolve();
    });
  });
  if (training) await Promise.race([started, exited]);
  await Promise.race([delay(milliseconds), exited]);
  child.kill('SIGKILL');
  const [, signal] = await exited;
  return signal === 'SIGKILL' ? told : undefined;
}

const [alone, killed] = [join(folder, 'alone'), join(folder, 'killed')];
try {
  await finish(alone);
  const rng = Rng.of('kill-study');
  let done = 0;
  let early = 0;
  let damaged = 0;
  while (done < kills) {
    const told = await kill(killed, rng.uniform(0, 1500), rng.uniform() > 0.2);
    if (told === undefined) {
      console.log(`The run ended after ${done} kills; a new one begins.`);
      await compare();
      rmSync(killed, { recursive: true });
      continue;
    }
    done += 1;
    const run = await loadRun(killed).catch(() => undefined);
    if (run === undefined) early += 1;
    else damaged += run.damaged.length;
    if ((run?.progress.step ?? 0) < told) throw new Error(`checkpoint ${told} was told and is lost`);
    console.log(`kill ${done}: step ${run?.progress.step ?? 0}, the process had told ${told}`);
  }
  await finish(killed);
  await compare();
  console.log(
    `${kills} kills, ${early} before the first checkpoint, ${damaged} damaged checkpoints: the same bits.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare() {
  const [a, b] = [await loadRun(alone), await loadRun(killed)];
  for (const [name, { data }] of Object.entries(a.state))
    if (!bytesOf(data).equals(bytesOf(b.state[name].data))) throw new Error(`${name} differs`);
  if (JSON.stringify(a.progress) !== JSON.stringify(b.progress)) throw new Error('the progress differs');
}

function bytesOf({ buffer, byteOffset, byteLength }) {
  return Buffer.from(buffer, byteOffset, byteLength);
}
