import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainEvent } from '@hm/train';

/** What a run has told so far, from its `metrics.jsonl`; nothing if it has none. A last line that is cut is left out. */
export async function readEvents(run: string): Promise<TrainEvent[]> {
  const text = await readFile(join(run, 'metrics.jsonl'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
