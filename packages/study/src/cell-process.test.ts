import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRun, readEvents } from '@hm/train';
import { expect, it, onTestFinished } from 'vitest';
import { tinyPlan } from './testing.ts';

// The built package: a study's networks are trained by its processes.
const module = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const plan = {
  ...tinyPlan,
  arms: { ce: { loss: 'ce' } },
  recipe: { ...tinyPlan.recipe, epochs: 5000 },
  ...{ seeds: [1], comparisons: [], tuning: undefined },
};

it.skipIf(process.platform === 'win32')(
  'Ctrl-C in a terminal, which reaches the processes too, lets them finish the step and write a checkpoint',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hm-interrupt-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [script, out] = [join(folder, 'study.mjs'), join(folder, 'study')];
    const source = `
      import { study } from ${JSON.stringify(module)};
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      const rows = await study(${JSON.stringify(plan)}, {
        out: ${JSON.stringify(out)},
        signal: stop.signal,
        onEvent: ({ kind }) => kind === 'epoch' && console.log(kind),
      });
      process.exitCode = rows.length === 0 ? 7 : 1;`;
    await writeFile(script, source);
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    process.kill(-child.pid!, 'SIGINT');
    expect(await once(child, 'exit')).toEqual([7, null]);
    const [name] = await readdir(join(out, 'runs'));
    const last = (await readEvents(join(out, 'runs', name!))).at(-1)!;
    expect(last.kind).toBe('stopped');
    expect(last).toMatchObject({ step: (await loadRun(join(out, 'runs', name!))).progress.step });
  },
);
