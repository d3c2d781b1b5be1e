import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import type { Batch, Loader } from '@hm/datasets';
import type { Program } from '@hm/onnx';
import { type HostTensor, hostTensor, sizeOf } from '@hm/tensor';
import type { Beginning } from './begin-run.ts';
import type { Progress } from './checkpoint.ts';
import { saveCheckpoint } from './checkpoint-folder.ts';
import type { TrainEvent } from './events.ts';
import { Meter } from './meter.ts';
import { firstNonFinite, nonFinite } from './non-finite.ts';
import type { ResolvedOptions } from './options.ts';
import { type RunConfig, versions } from './run-config.ts';
import { learningRateAt } from './schedule.ts';

/** What a loop works with. */
export interface LoopContext {
  options: ResolvedOptions;
  config: RunConfig;
  loader: Loader;
  program: Program;
  beginning: Beginning;
}

type Events<Result = void> = AsyncGenerator<TrainEvent, Result, void>;
type Scalars = Record<string, number>;

/** How fast the estimate of the time left follows the last interval. */
const SMOOTHING = 0.3;

/** Trains step by step and tells what happens. */
export class TrainingLoop {
  readonly #context: LoopContext;
  readonly #options: ResolvedOptions;
  readonly #interval = new Meter();
  readonly #epoch = new Meter();
  readonly #began = performance.now();
  #progress: Progress;
  #saved: { step: number; path: string } | undefined;
  #secondsPerStep: number | undefined;
  #badSamplesTold = 0;
  #scoresClasses = true;

  constructor(context: LoopContext) {
    this.#context = context;
    this.#options = context.options;
    const { progress, checkpoint } = context.beginning;
    this.#progress = progress;
    this.#saved = checkpoint === undefined ? undefined : { step: progress.step, path: checkpoint };
  }

  async *events(): Events {
    yield this.#start();
    while (this.#progress.step < this.#options.steps) {
      const finished = yield* this.#trainEpoch();
      if (!finished) return yield* this.#stop();
    }
    const { path } = yield* this.#checkpoint();
    const seconds = (performance.now() - this.#began) / 1000;
    yield { kind: 'done', step: this.#progress.step, seconds, checkpoint: path };
  }

  #start(): TrainEvent {
    const { options, beginning } = this.#context;
    const trained = Object.entries(beginning.state).filter(([name]) => name.startsWith('params.'));
    return {
      kind: 'start',
      step: this.#progress.step,
      steps: options.steps,
      epochs: options.recipe.epochs,
      images: options.data.length,
      classes: options.data.classes,
      parameters: trained.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0),
    };
  }

  /** Trains the rest of an epoch; false if the signal was raised. */
  async *#trainEpoch(): Events<boolean> {
    const { epoch, position } = this.#progress;
    const batches = this.#context.loader.batches({ epoch, start: position });
    try {
      let next = ahead(batches);
      while (this.#progress.epoch === epoch) {
        if (this.#options.signal?.aborted) return false;
        const asked = performance.now();
        const { value: batch } = await next;
        const waitMilliseconds = performance.now() - asked;
        next = ahead(batches);
        const readings = await this.#step(batch as Batch);
        this.#count(readings, { asked, waitMilliseconds });
        yield* this.#report(readings);
        // ONNX Runtime computes on this thread: without a turn, neither a signal nor a worker's batch would get through.
        await turnOfEventLoop();
      }
      return true;
    } finally {
      await batches.return();
    }
  }

  async #step(batch: Batch): Promise<Scalars> {
    const { step } = this.#progress;
    const { recipe, stepsPerEpoch } = this.#options;
    const learningRate = learningRateAt(recipe, step, stepsPerEpoch);
    const { images, labels } = batch;
    const outputs = await this.#context.program.run({
      images,
      labels,
      learningRate: scalar(learningRate),
      step: scalar(step),
    });
    const values = Object.entries(outputs).map(([name, { data }]) => [name, Number(data[0])] as const);
    const readings: Scalars = { ...Object.fromEntries(values), learningRate };
    if (!Number.isFinite(readings.loss)) await this.#fail(step + 1, readings.loss!, batch);
    return readings;
  }

  async #fail(step: number, loss: number, batch: Batch): Promise<never> {
    throw nonFinite(step, loss, batch, await this.#context.program.readState(), this.#saved?.path);
  }

  #count(readings: Scalars, time: { asked: number; waitMilliseconds: number }): void {
    const loss = readings.loss!;
    const accuracy = readings.accuracy ?? 0;
    this.#scoresClasses = readings.accuracy !== undefined;
    const milliseconds = performance.now() - time.asked;
    const images = this.#options.recipe.batchSize;
    const reading = { images, loss, accuracy, milliseconds, waitMilliseconds: time.waitMilliseconds };
    this.#interval.add(reading);
    this.#epoch.add(reading);
    const { step, position, lossSum, accuracySum, epoch } = this.#progress;
    this.#progress = {
      step: step + 1,
      epoch,
      position: position + 1,
      lossSum: lossSum + loss,
      accuracySum: accuracySum + accuracy,
    };
  }

  /** The events that are due after a step. */
  async *#report(readings: Scalars): Events {
    const { logEvery, checkpointEvery, stepsPerEpoch, steps } = this.#options;
    const { step, position } = this.#progress;
    yield* this.#badSamples();
    if (step % logEvery === 0 || step === steps) yield this.#stepEvent(readings);
    if (position === stepsPerEpoch) yield this.#endEpoch();
    if (step % checkpointEvery === 0 && step < steps) yield* this.#checkpoint();
  }

  *#badSamples() {
    const { badSamples } = this.#context.loader;
    for (; this.#badSamplesTold < badSamples.length; this.#badSamplesTold++)
      yield { kind: 'badSample', ...badSamples[this.#badSamplesTold]! } as const;
  }

  #stepEvent({ learningRate, gradientNorm }: Scalars): TrainEvent {
    const { steps, recipe } = this.#options;
    const { step, epoch } = this.#progress;
    const { steps: count, seconds, accuracy, ...averages } = this.#interval.take();
    const last = seconds / count;
    this.#secondsPerStep = (this.#secondsPerStep ?? last) * (1 - SMOOTHING) + last * SMOOTHING;
    return {
      kind: 'step',
      step,
      steps,
      epoch: epoch + 1,
      epochs: recipe.epochs,
      ...averages,
      ...this.#accuracy(accuracy),
      learningRate: learningRate!,
      ...(gradientNorm === undefined ? {} : { gradientNorm }),
      secondsLeft: (steps - step) * this.#secondsPerStep,
    };
  }

  #endEpoch(): TrainEvent {
    const { step, epoch, position, lossSum, accuracySum } = this.#progress;
    const { seconds, imagesPerSecond, waitShare } = this.#epoch.take();
    this.#progress = { step, epoch: epoch + 1, position: 0, lossSum: 0, accuracySum: 0 };
    const loss = lossSum / position;
    const { epochs } = this.#options.recipe;
    return {
      kind: 'epoch',
      epoch: epoch + 1,
      epochs,
      step,
      loss,
      ...this.#accuracy(accuracySum / position),
      seconds,
      imagesPerSecond,
      waitShare,
    };
  }

  #accuracy = (accuracy: number): { accuracy?: number } => (this.#scoresClasses ? { accuracy } : {});

  /** Writes a checkpoint unless this step's is there. */
  async *#checkpoint(): Events<{ path: string }> {
    const { step } = this.#progress;
    if (this.#saved?.step === step) return this.#saved;
    const { program, config } = this.#context;
    const { out, keep } = this.#options;
    const began = performance.now();
    const state = await program.readState();
    this.#assertFinite(state);
    const checkpoint = { config, progress: this.#progress, versions: versions(), state };
    const { path, bytes } = await saveCheckpoint(out, checkpoint, keep);
    this.#saved = { step, path };
    yield { kind: 'checkpoint', step, path, bytes, seconds: (performance.now() - began) / 1000 };
    return this.#saved;
  }

  #assertFinite(state: Record<string, HostTensor>): void {
    if (firstNonFinite(state) === undefined) return;
    throw nonFinite(this.#progress.step, undefined, {}, state, this.#saved?.path);
  }

  async *#stop(): Events {
    const { path } = yield* this.#checkpoint();
    const { step } = this.#progress;
    const resume = 'Train with the same options and `resume: true` to go on from here.';
    yield { kind: 'stopped', step, steps: this.#options.steps, checkpoint: path, resume };
  }
}

/** Asks for the next batch early; if it fails, whoever awaits it hears of it. */
function ahead(batches: AsyncGenerator<Batch, void, void>) {
  const next = batches.next();
  next.catch(() => undefined);
  return next;
}

const scalar = (value: number): HostTensor => hostTensor('float32', [], Float32Array.of(value));
