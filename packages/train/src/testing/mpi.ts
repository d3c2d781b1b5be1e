import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TrainEvent } from '../observe/events.ts';

const CHILD = fileURLToPath(new URL('mpi-child.mjs', import.meta.url));

/** True if Open MPI's mpirun is installed; without it, tests of several processes are skipped. */
export const hasMpi = /Open MPI|OpenRTE/.test(
  spawnSync('mpirun', ['--version'], { encoding: 'utf8' }).stdout ?? '',
);

if (!hasMpi)
  console.log('No mpirun of Open MPI: tests of several processes are skipped (apt-get install openmpi-bin).');

/** Result of a job. */
export interface JobEnd {
  code: number | null;
  events: (TrainEvent & { rank: number })[];
  errors: string;
}

/** A running job. */
export interface Job {
  /** The mpirun process, or the only process of the job. */
  process: ChildProcess;
  /** Resolves with the first event that matches. */
  event(
    matches: (event: { kind: string; rank: number; step?: number; pid?: number }) => boolean,
  ): Promise<{ pid?: number }>;
  end: Promise<JobEnd>;
}

/** Starts `count` ranks of the tiny training on this machine; a single one runs without mpirun. */
export function startJob(
  count: number,
  options: Record<string, unknown>,
  environment: Record<string, string> = {},
): Job {
  const script = [process.execPath, CHILD, JSON.stringify(options)];
  // A test machine may have fewer cores than ranks, or be a container with root as its only user.
  const flags = ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none', '-np', String(count)];
  const [command, ...rest] = count === 1 ? script : ['mpirun', ...flags, ...script];
  const env = {
    ...process.env,
    ...environment,
    OMPI_MCA_btl: 'self,vader',
    OMPI_MCA_btl_vader_single_copy_mechanism: 'none',
  };
  const child = spawn(command!, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: JobEnd['events'] = [];
  const waiting: { matches: (event: never) => boolean; done: (event: never) => void }[] = [];
  let [output, errors] = ['', ''];
  child.stderr.on('data', (chunk) => (errors += chunk));
  child.stdout.on('data', (chunk) => {
    output += chunk;
    const whole = output.split('\n');
    output = whole.pop()!;
    for (const line of whole) {
      const event = JSON.parse(line) as never;
      lines.push(event);
      for (const { matches, done } of waiting) if (matches(event)) done(event);
    }
  });
  return {
    process: child,
    event: (matches) => new Promise((done) => waiting.push({ matches, done })),
    end: once(child, 'close').then(([code]) => ({ code, events: lines, errors })),
  };
}

/** Runs a job to its end. */
export const runJob = (count: number, options: Record<string, unknown>): Promise<JobEnd> =>
  startJob(count, options).end;
