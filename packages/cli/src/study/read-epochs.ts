import type { EpochEvent, TrainEvent } from '@hm/train';
import { readEvents } from '../read-events.ts';

/** The epochs of a run from its `metrics.jsonl`: also those before it was interrupted. */
export async function readEpochs(run: string): Promise<EpochEvent[]> {
  const events = (await readEvents(run)) as (TrainEvent & { time: string })[];
  return events.filter((event): event is EpochEvent & { time: string } => event.kind === 'epoch');
}
