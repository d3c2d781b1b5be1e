import type { StudyCell } from './cells.ts';
import { type CellPlace, runCell } from './run-cell.ts';

/** Child process that is sent a cell, replies with its row and waits for the next. It exits with its parent. */
process.on('message', async (job: { cell: StudyCell; place: CellPlace }) => {
  try {
    const onEvent = ({ kind, ...event }: { kind: string }) => {
      if (kind === 'epoch') process.send?.({ kind, ...event });
    };
    const row = await runCell(job.cell, { ...job.place, onEvent });
    process.send?.({ kind: 'row', row });
  } catch (error) {
    process.send?.({ kind: 'failed', message: (error as Error).message }, () => process.exit(1));
  }
});
process.once('disconnect', () => process.exit());
