import type { Run, StepEvent, TrainEvent } from '@hm/train';
import type { Progress } from './output/progress.ts';

/** Outcome of a run. */
export type RunEnd = Extract<TrainEvent, { kind: 'done' | 'stopped' }>;

/** Trains by iterating over a run's events: shows progress, and passes each event to `tell`. */
export async function followRun(
  run: Run,
  line: Progress,
  tell: (event: TrainEvent) => void,
): Promise<RunEnd | undefined> {
  let end: RunEnd | undefined;
  for await (const event of run) {
    showEvent(event, line);
    if (event.kind === 'done' || event.kind === 'stopped') end = event;
    tell(event);
  }
  return end;
}

/** Updates the progress bar from an event; the last event removes it. */
export function showEvent(event: TrainEvent, line: Progress): void {
  if (event.kind === 'step') line.update(event.step, event.steps, note(event), event.secondsLeft);
  else if (event.kind === 'done' || event.kind === 'stopped') line.stop();
}

const note = ({ epoch, epochs, loss, accuracy, imagesPerSecond }: StepEvent) =>
  `epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}, ${percent(accuracy, 1)}${imagesPerSecond.toFixed(0)} images/s`;

const percent = (accuracy: number | undefined, digits: number): string =>
  accuracy === undefined ? '' : `accuracy ${(100 * accuracy).toFixed(digits)} %, `;

/** Returns an event as a line of text, or undefined if the progress bar is enough. */
export function eventLine(event: TrainEvent): string | undefined {
  switch (event.kind) {
    case 'engine':
      return `Engine ${event.engine}: ${event.reason}. ${event.others.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ')}`;
    case 'start':
      return `${event.engine}: ${event.images} images of ${event.classes} identities, ${(event.parameters / 1e6).toFixed(1)} million parameters, ${event.step} of ${event.steps} steps done.`;
    case 'epoch':
      return `epoch ${event.epoch}/${event.epochs}: loss ${event.loss.toFixed(4)}, ${percent(event.accuracy, 2)}${event.imagesPerSecond.toFixed(0)} images/s`;
    case 'hardness':
      return event.easyShare === undefined
        ? undefined
        : `epoch ${event.epoch}: ${(100 * event.easyShare).toFixed(1)} % of the samples easy, mean gate ${event.meanGate!.toFixed(3)}`;
    case 'validation':
      return `step ${event.step}: ${event.name} ${(100 * event.score).toFixed(2)} %${event.best ? ', the best so far' : ''}`;
    case 'damaged':
      return `Damaged, passed over: ${event.path}: ${event.reason}`;
    case 'changedData':
      return `${event.images} images are not those that the run began with, such as ${event.examples.slice(0, 3).join(', ')}.`;
    case 'badSample':
      return `Cannot be used, another took its place: ${event.id}: ${event.reason}`;
    default:
      return undefined;
  }
}
