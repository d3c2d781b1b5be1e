import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder, regularFileSize } from '@hm/tensor/files';
import { checkArguments } from '@hm/tensor/host';
import { appendRow, mendRows, readRows, rowsPath } from './rows.ts';

/**
 * Adds the rows of other folders, with their scores and pairs, to a study that ran in parts on several machines.
 * Networks that are already there are not added again. Nothing is written into the other folders.
 *
 * @returns the number of added rows.
 * @throws {InvalidDataError} if one of the other folders has no `rows.jsonl`.
 * @throws {UnavailableError} if another process works in the folder.
 * @example
 * await mergeStudies('studies/losses', ['from-machine-1', 'from-machine-2']);
 */
export async function mergeStudies(folder: string, others: readonly string[]): Promise<number> {
  checkArguments('mergeStudies', { folder, others }, { folder: 'string', others: 'array' });
  for (const other of others) regularFileSize(rowsPath(other));
  const lock = await lockFolder(folder);
  try {
    await mendRows(folder);
    const rows = await readRows(folder);
    const known = new Set(rows.map(({ stage, configuration }) => `${stage} ${configuration}`));
    let added = 0;
    for (const other of others) {
      // A study that has only been tuned has neither.
      for (const name of ['scores', 'pairs'].filter((name) => existsSync(join(other, name))))
        await cp(join(other, name), join(folder, name), { recursive: true, force: false });
      for (const row of await readRows(other)) {
        const key = `${row.stage} ${row.configuration}`;
        if (known.has(key)) continue;
        known.add(key);
        await appendRow(folder, row);
        added += 1;
      }
    }
    return added;
  } finally {
    await lock.release();
  }
}
