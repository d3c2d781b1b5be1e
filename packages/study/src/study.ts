import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockFolder, writeFileSafely } from '@hm/tensor/files';
import { checkArguments, checkOptions, UnavailableError } from '@hm/tensor/host';
import type { EpochEvent } from '@hm/train';
import type { CellRequest } from './cell-process.ts';
import { countCells, countDone, readyCells, type StudyCell } from './cells.ts';
import { checkPlan, type StudyPlan } from './plan.ts';
import { appendRow, mendRows, readRows, type StudyRow } from './rows.ts';
import { type CellEngine, type CellPlace, removeRun } from './run-cell.ts';

/** Options of {@link study}. */
export interface StudyOptions {
  /** Folder of the study, for the plan, `rows.jsonl`, the scores of each pair and unfinished runs. */
  out: string;
  /** Folder that the plan's relative paths start from. Default: the working directory. */
  root?: string;
  /** Number of networks trained in parallel, each in its own process; 0 trains none. Default 1. */
  jobs?: number;
  /**
   * Threads of ONNX Runtime in each process.
   * Default 1, with which the same configuration gives the same bits on a processor.
   */
  threads?: number;
  /** Execution provider of ONNX Runtime. Default `cpu`. */
  provider?: CellEngine['provider'];
  /** Signal to stop: no more networks are started, and those in progress write a checkpoint, to resume from next time. */
  signal?: AbortSignal;
  /** Called when a network begins, ends an epoch and is done. */
  onEvent?: (event: StudyEvent) => void;
}

/** An event of a study. */
export type StudyEvent =
  | { kind: 'begin'; cell: StudyCell; done: number; cells: number }
  | { kind: 'epoch'; cell: StudyCell; epoch: EpochEvent }
  | { kind: 'row'; row: StudyRow; done: number; cells: number };

/**
 * Trains the networks that a plan still lacks, in child processes, and returns all rows. The row of a network is on the
 * disk before the next network begins. After being killed at any moment, it resumes when called again.
 *
 * @throws {InvalidArgumentError} if the plan is not valid.
 * @throws {UnavailableError} if another process works in the folder, or a network could not be trained.
 * @example
 * const rows = await study(await readPlan('losses.json'), { out: 'studies/losses', root: 'data', jobs: 2 });
 */
export async function study(plan: StudyPlan, options: StudyOptions): Promise<StudyRow[]> {
  checkOptions('study', options, {
    ...{ out: 'string', root: 'string', jobs: 'number', signal: 'object', onEvent: 'function' },
    ...{ threads: 'number', provider: 'string' },
  });
  checkArguments('study', { plan, out: options.out }, { plan: { has: ['name', 'question'] }, out: 'string' });
  checkPlan(plan);
  const lock = await lockFolder(options.out);
  try {
    await writeFileSafely(join(options.out, 'plan.json'), `${JSON.stringify(plan, null, 2)}\n`);
    await mendRows(options.out);
    return await runAll(plan, options, await readRows(options.out));
  } finally {
    await lock.release();
  }
}

async function runAll(plan: StudyPlan, options: StudyOptions, rows: StudyRow[]): Promise<StudyRow[]> {
  const { out, root = '.', jobs = 1, threads = 1, provider = 'cpu', onEvent } = options;
  const cells = countCells(plan);
  const done = () => countDone(plan, rows);
  // A network that fails stops the others, which resume next time.
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const begin = async (cell: StudyCell) => {
    onEvent?.({ kind: 'begin', cell, done: done(), cells });
    const row = await processes.run(
      cell,
      { study: plan.name, root, out, engine: { provider, threads } },
      signal,
      onEvent,
    );
    if (row === undefined) return;
    await appendRow(out, row);
    await removeRun(cell, out);
    rows.push(row);
    onEvent?.({ kind: 'row', row, done: done(), cells });
  };
  const processes = new CellProcesses();
  const underWay = new Map<string, Promise<void>>();
  try {
    for (;;) {
      for (const cell of signal.aborted ? [] : readyCells(plan, rows)) {
        const key = keyOf(cell);
        // Arms may share a network, which is trained once.
        if (underWay.size < jobs && !underWay.has(key))
          underWay.set(
            key,
            begin(cell).finally(() => underWay.delete(key)),
          );
      }
      if (underWay.size === 0) return rows;
      await Promise.race(underWay.values());
    }
  } finally {
    failed.abort();
    await Promise.allSettled(underWay.values());
    processes.end();
  }
}

const keyOf = ({ stage, configuration }: StudyCell) => `${stage} ${configuration}`;

const program = fileURLToPath(new URL('./cell-process.js', import.meta.url));

type Answer = { kind: 'row'; row: StudyRow } | { kind: 'failed'; message: string } | EpochEvent;

/** Pool of processes that train one network after another and keep the images they have opened. */
class CellProcesses {
  readonly #idle: ChildProcess[] = [];

  /** Runs a cell and returns its row; undefined if the signal stopped it. */
  run(
    cell: StudyCell,
    place: Omit<CellPlace, 'onEvent' | 'signal'>,
    signal: AbortSignal,
    onEvent: StudyOptions['onEvent'],
  ): Promise<StudyRow | undefined> {
    const idle = this.#idle.pop();
    const child = idle?.connected ? idle : fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    return new Promise<StudyRow | undefined>((resolve, reject) => {
      const ask = (request: CellRequest) => child.send(request);
      let failure = 'the process ended before its network was trained';
      // It may have been sent the same signal as this process, and have ended already.
      const stop = () => child.connected && ask({ kind: 'stop' });
      signal.addEventListener('abort', stop);
      const settle = (finish: () => void) => {
        signal.removeEventListener('abort', stop);
        for (const event of ['message', 'exit']) child.removeAllListeners(event);
        finish();
      };
      child.on('message', (answer: Answer) => {
        if (answer.kind === 'failed') failure = answer.message;
        else if (answer.kind === 'epoch') onEvent?.({ kind: 'epoch', cell, epoch: answer });
        else
          settle(() => {
            this.#idle.push(child);
            resolve(answer.row);
          });
      });
      child.on('exit', () =>
        settle(() => (signal.aborted ? resolve(undefined) : reject(notTrained(cell, failure)))),
      );
      ask({ kind: 'run', cell, place });
    });
  }

  end(): void {
    for (const child of this.#idle) child.disconnect();
  }
}

const notTrained = ({ condition, arm, seed }: StudyCell, reason: string) =>
  new UnavailableError({
    where: `study, ${arm} under ${condition} with seed ${seed}`,
    expected: 'a trained network',
    received: reason,
    fix: 'Run the study again: it goes on from the last checkpoint.',
    fields: { arm, condition, seed },
  });
