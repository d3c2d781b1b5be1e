import type { StudyCell } from './cells.ts';
import { type CellPlace, runCell } from './run-cell.ts';

/** What a process is sent: a cell to run, or to stop. */
export type CellRequest = { kind: 'run'; cell: StudyCell; place: CellPlace } | { kind: 'stop' };

const stopping = new AbortController();
let trains = false;

/**
 * Child process that is sent a cell, replies with its row and waits for the next. It exits with its parent. Told to
 * stop, it writes a checkpoint of its training and exits.
 */
process.on('message', (request: CellRequest) => {
  if (request.kind === 'run') run(request.cell, request.place);
  else stop();
});
process.once('disconnect', () => process.exit());
process.on('SIGTERM', stop);
// Ctrl-C and a closed terminal reach children too. The parent decides what they mean: under nohup it goes on.
for (const name of ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const) process.on(name, () => {});

async function run(cell: StudyCell, place: CellPlace): Promise<void> {
  const onEvent: CellPlace['onEvent'] = (event) => {
    trains = event.kind !== 'done' && event.kind !== 'stopped';
    if (event.kind === 'epoch') process.send?.(event);
  };
  try {
    const row = await runCell(cell, { ...place, onEvent, signal: stopping.signal });
    if (row === undefined) process.exit();
    process.send?.({ kind: 'row', row });
  } catch (error) {
    process.send?.({ kind: 'failed', message: (error as Error).message }, () => process.exit(1));
  }
}

/** Only training has something to save: reading and scoring are done again. */
function stop(): void {
  stopping.abort();
  if (!trains) process.exit();
}
