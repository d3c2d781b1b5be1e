import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochEvent, TrainEvent } from '@hm/train';

/** The epochs of a run from its `metrics.jsonl`: also those before it was interrupted. */
export async function readEpochs(run: string): Promise<EpochEvent[]> {
  const text = await readFile(join(run, 'metrics.jsonl'), 'utf8');
  const events = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TrainEvent & { time: string });
  return events.filter((event): event is EpochEvent & { time: string } => event.kind === 'epoch');
}
