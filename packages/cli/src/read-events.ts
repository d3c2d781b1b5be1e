import { join } from 'node:path';
import { readTextIfThere } from '@hm/tensor/files';
import type { TrainEvent } from '@hm/train';

/** Events of a run so far, from its `metrics.jsonl`; empty if it has none. Lines that are no events are left out. */
export async function readEvents(run: string): Promise<TrainEvent[]> {
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
