import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { notWritable } from '@hm/tensor/files';
import { type EventContent, eventMessage } from './event-message.ts';
import type { EpochEvent, HardnessEvent, StepEvent, TrainEvent, ValidationEvent } from './events.ts';
import { tfRecord } from './tf-record.ts';

/** Writes a run's events to a file for TensorBoard, a new one each time training begins or resumes. */
export class TensorBoardFile {
  readonly path: string;

  /** @param run the run's folder. @param step number of finished steps. */
  constructor(run: string, step: number) {
    const seconds = Math.floor(Date.now() / 1000);
    this.path = join(run, 'tensorboard', `events.out.tfevents.${seconds}.step-${step}.${process.pid}`);
  }

  /** @throws {UnavailableError} if the file cannot be written. */
  async write(event: TrainEvent): Promise<void> {
    if (event.kind === 'start') await this.#begin(event.step);
    else if (drawn(event)) await this.#append(event.step, contentOf(event));
  }

  async #begin(step: number): Promise<void> {
    await mkdir(join(this.path, '..'), { recursive: true });
    await this.#append(0, { kind: 'version' });
    if (step > 0) await this.#append(step + 1, { kind: 'restart' });
  }

  async #append(step: number, content: EventContent): Promise<void> {
    const record = tfRecord(eventMessage(Date.now() / 1000, step, content));
    await appendFile(this.path, record).catch((cause) => {
      throw notWritable(this.path, cause);
    });
  }
}

type Drawn = StepEvent | EpochEvent | ValidationEvent | HardnessEvent;

const drawn = (event: TrainEvent): event is Drawn =>
  ['step', 'epoch', 'validation', 'hardness'].includes(event.kind);

/** Points that an event adds to the curves. */
function contentOf(event: Drawn): EventContent {
  if (event.kind === 'step') {
    const { loss, accuracy, learningRate, gradientNorm, lossScale, imagesPerSecond, waitShare } = event;
    const curves = { loss, accuracy, learningRate, gradientNorm, lossScale, imagesPerSecond, waitShare };
    return values('train', curves);
  }
  if (event.kind === 'validation') return values('validation', { [event.name]: event.score });
  if (event.kind === 'epoch') {
    const { loss, accuracy, imagesPerSecond } = event;
    return values('epoch', { loss, accuracy, imagesPerSecond });
  }
  const { easyShare, meanGate, histogram } = event;
  const histograms = { 'hardness/probability': { counts: histogram } };
  return { ...values('hardness', { easyShare, meanGate }), histograms };
}

function values(group: string, numbers: Record<string, number | undefined>) {
  const told = Object.entries(numbers).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const scalars = Object.fromEntries(told.map(([name, value]) => [`${group}/${name}`, value]));
  return { kind: 'values' as const, scalars };
}
