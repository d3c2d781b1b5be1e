import { join } from 'node:path';
import { readTextIfThere } from '@hm/tensor/files';
import { checkArguments } from '@hm/tensor/host';
import type { TrainEvent } from '../observe/events.ts';

/**
 * Reads the events of a run so far from its `metrics.jsonl`; empty if it has none. Lines that are not events are
 * skipped.
 *
 * @param run the run's folder.
 * @example
 * const epochs = (await readEvents('runs/mine')).filter((event) => event.kind === 'epoch');
 */
export async function readEvents(run: string): Promise<TrainEvent[]> {
  checkArguments('readEvents', { run }, { run: 'string' });
  const text = (await readTextIfThere(join(run, 'metrics.jsonl'))) ?? '';
  return text.split('\n').flatMap(eventOf);
}

function eventOf(line: string): TrainEvent[] {
  try {
    const event = JSON.parse(line) as TrainEvent | null;
    return typeof event?.kind === 'string' ? [event] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
