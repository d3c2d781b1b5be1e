import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import type { Batch, Loader } from '@hm/datasets';
import type { Program } from '@hm/onnx';
import { type HostTensor, hostTensor, sizeOf } from '@hm/tensor';
import { Ahead } from './ahead.ts';
import type { Beginning } from './begin-run.ts';
import type { Progress } from './checkpoint.ts';
import { saveCheckpoint } from './checkpoint-folder.ts';
import type { TrainEvent } from './events.ts';
import { Meter } from './meter.ts';
import { firstNonFinite, nonFinite } from './non-finite.ts';
import type { ResolvedOptions } from './options.ts';
import { type RunConfig, versions } from './run-config.ts';
import { learningRateAt } from './schedule.ts';
import { mapRecord } from './step/records.ts';
import { withoutGradientSums } from './step/step-state.ts';

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
type Feeds = Record<string, HostTensor> & { learningRate: HostTensor };

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
    const { recipe, signal } = this.#options;
    const source = this.#context.loader.batches({ epoch, start: position * (recipe.accumulate ?? 1) });
    const batches = new Ahead(source);
    try {
      while (this.#progress.epoch === epoch) {
        if (signal?.aborted) return false;
        const asked = performance.now();
        const readings = await this.#step(batches);
        this.#count(readings, { asked, waitMilliseconds: batches.takeWait() });
        yield* this.#report(readings);
      }
      return true;
    } finally {
      await source.return();
    }
  }

  /** One step: a batch, or several whose gradients are summed; the readings are their means. */
  async #step(batches: Ahead): Promise<Scalars> {
    const { recipe, stepsPerEpoch } = this.#options;
    const { step } = this.#progress;
    const learningRate = learningRateAt(recipe, step, stepsPerEpoch);
    const feeds = { learningRate: scalar(learningRate), step: scalar(step) };
    if (recipe.accumulate === undefined) return this.#run(await batches.next(), feeds);
    const parts: Scalars[] = [];
    for (let count = 1; count <= recipe.accumulate; count++) {
      const update = scalar(count === recipe.accumulate ? 1 : 0);
      parts.push(await this.#run(await batches.next(), { ...feeds, update }));
    }
    // The norm is that of the sum, which is whole only in the end.
    return { ...meansOf(parts), ...only(parts.at(-1)!, 'gradientNorm') };
  }

  async #run({ images, labels }: Batch, feeds: Feeds): Promise<Scalars> {
    const outputs = await this.#context.program.run({ images, labels, ...feeds });
    // ONNX Runtime computes on this thread: without a turn, neither a signal nor a worker's batch would get through.
    await turnOfEventLoop();
    const values = Object.entries(outputs).map(([name, { data }]) => [name, Number(data[0])] as const);
    const readings: Scalars = {
      ...Object.fromEntries(values),
      learningRate: Number(feeds.learningRate.data[0]),
    };
    const { loss } = readings;
    if (!Number.isFinite(loss)) await this.#fail(this.#progress.step + 1, loss!, { images });
    return readings;
  }

  async #fail(step: number, loss: number, inputs: Pick<Batch, 'images'>): Promise<never> {
    throw nonFinite(step, loss, inputs, await this.#context.program.readState(), this.#saved?.path);
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
    const state = withoutGradientSums(await program.readState());
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

const meansOf = (parts: readonly Scalars[]): Scalars =>
  mapRecord(parts[0]!, (_, name) => parts.reduce((sum, part) => sum + part[name]!, 0) / parts.length);

const only = (readings: Scalars, name: string): Scalars =>
  readings[name] === undefined ? {} : { [name]: readings[name] };

const scalar = (value: number): HostTensor => hostTensor('float32', [], Float32Array.of(value));
