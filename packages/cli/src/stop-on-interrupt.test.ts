import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadRun } from '@hm/train';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { hm, program, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);
afterAll(folder.dispose);

const run = (out: string) => {
  const data = [
    '--synthetic',
    '2',
    '--set',
    'synthetic.imagesPerIdentity=8',
    '--image-size',
    '16',
    '--batch',
    '8',
  ];
  const network = ['--backbone', 'mobilefacenet', '--loss', 'ce', '--recipe', 'quick', '--lr', '0.001'];
  return ['train', ...data, ...network, '--epochs', '2000', '--threads', '1', '--out', out];
};

const lastEvent = (out: string) =>
  JSON.parse(readFileSync(join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').at(-1)!);

/** Checks that a stopped run has left its last step as a checkpoint. */
async function expectStopped(out: string): Promise<void> {
  const { kind, step } = lastEvent(out);
  expect(kind).toBe('stopped');
  expect((await loadRun(out)).progress.step).toBe(step);
}

/** Networks are built and steps are made meanwhile, on whatever machine. */
const SLOW = 240_000;

describe('hm train', () => {
  it.each(['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGINT'] as const)(
    '%s finishes the step, writes a checkpoint, and the exit status tells',
    async (signal) => {
      const out = path(signal);
      let sent = false;
      const { status } = await hm(run(out), (printed, kill) => {
        if (!sent && printed.includes('steps done')) kill(signal);
        sent ||= printed.includes('steps done');
      });
      expect(status).toBe(128 + constants.signals[signal]);
      await expectStopped(out);
    },
    SLOW,
  );

  it(
    'a reader that has seen enough, such as head, stops it so',
    async () => {
      const out = path('head');
      const child = spawn(process.execPath, [program, ...run(out), '--json'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child.stdout.once('data', () => child.stdout.destroy());
      const [status] = await once(child, 'exit');
      expect(status).toBe(128 + constants.signals.SIGPIPE);
      await expectStopped(out);
    },
    SLOW,
  );
});

it.skipIf(!existsSync('/dev/full')).each([
  ['hm model list', ['model', 'list']],
  ['hm', ['--help']],
  ['hm', ['model', 'list', '--help']],
])('an output that takes nothing more is told on the other one: %s %j', async (name, words) => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', full, 'pipe'] });
  const told: Buffer[] = [];
  child.stderr!.on('data', (bytes) => told.push(bytes));
  const [status] = await once(child, 'close');
  closeSync(full);
  expect([status, Buffer.concat(told).toString()]).toEqual([
    1,
    expect.stringMatching(new RegExp(`^${name}: .*no space left.* Fix: Make room\\.\n$`)),
  ]);
});

/** Until a run has told of a step. */
async function underway(out: string): Promise<void> {
  while (
    !(
      existsSync(join(out, 'metrics.jsonl')) &&
      readFileSync(join(out, 'metrics.jsonl'), 'utf8').includes('"epoch"')
    )
  )
    await delay(100);
}

const runs = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function ended(pid: number): Promise<void> {
  while (runs(pid)) await delay(100);
}

const has = (name: string) => existsSync(`/usr/bin/${name}`) || existsSync(`/bin/${name}`);

describe.skipIf(!['bash', 'nohup', 'script'].every(has))('a terminal that is closed', () => {
  /** A shell command in a terminal of its own, which `kill` takes away. */
  function inTerminal(command: string): ChildProcess {
    const child = spawn('script', ['-qfec', `bash -c '${command}'`, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  const words = (out: string) => [process.execPath, program, ...run(out)].join(' ');
  const pidOf = (name: string) => Number(readFileSync(path(`${name}.pid`), 'utf8'));

  it(
    'ends the run with a checkpoint',
    async () => {
      const terminal = inTerminal(`echo $$ > ${path('closed.pid')}; exec ${words(path('closed'))}`);
      await underway(path('closed'));
      terminal.kill('SIGKILL');
      await ended(pidOf('closed'));
      await expectStopped(path('closed'));
    },
    SLOW,
  );

  it(
    'but not under nohup, where the run goes on',
    async () => {
      const command = `nohup ${words(path('nohup'))} > ${path('nohup.log')} & echo $! > ${path('nohup.pid')}; wait`;
      const terminal = inTerminal(command);
      await underway(path('nohup'));
      terminal.kill('SIGKILL');
      const pid = pidOf('nohup');
      process.kill(pid, 'SIGHUP');
      const { step } = lastEvent(path('nohup'));
      while (lastEvent(path('nohup')).step <= step) await delay(100);
      expect(runs(pid)).toBe(true);
      process.kill(pid, 'SIGTERM');
      await ended(pid);
      await expectStopped(path('nohup'));
    },
    SLOW,
  );
});

describe.skipIf(process.platform === 'win32')('work that waits for a pipe without a writer', () => {
  const module = fileURLToPath(new URL('../dist/stop-on-interrupt.js', import.meta.url));

  async function stuck(then: string) {
    const pipe = path(`pipe-${then.length}`);
    execFileSync('mkfifo', [pipe]);
    const source = `
      import { readFile } from 'node:fs/promises';
      import { stopOnInterrupt } from '${module}';
      const interrupt = stopOnInterrupt(console.log);
      interrupt.signal.addEventListener('abort', () => { ${then} });
      console.log('begun');
      await readFile('${pipe}');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdout.setEncoding('utf8');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    await once(child.stdout, 'data');
    return child;
  }

  it('is ended by a second Ctrl-C', async () => {
    const child = await stuck('');
    await delay(200);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
  });

  it('does not keep the process once it is given up', async () => {
    expect(await once(await stuck('interrupt.release();'), 'exit')).toEqual([null, 'SIGINT']);
  });
});
