import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainEvent } from '@hm/train';

/** What a run has told so far, from its `metrics.jsonl`; nothing if it has none. Lines that are no events are left out. */
export async function readEvents(run: string): Promise<TrainEvent[]> {
  const text = await readFile(join(run, 'metrics.jsonl'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
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
