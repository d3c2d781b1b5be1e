import type { Loader } from '@hm/datasets';
import { hardMiningOf } from '@hm/losses';
import type { Program } from '@hm/onnx';
import { flattenParams, type HostTensor, InvalidArgumentError, sizeOf, unflattenParams } from '@hm/tensor';
import { Ahead } from './ahead.ts';
import type { Beginning } from './begin-run.ts';
import type { Checkpoint, Progress } from './checkpoint.ts';
import { saveBest, saveCheckpoint } from './checkpoint-folder.ts';
import { engineName } from './engine/engine.ts';
import type { TrainEvent } from './events.ts';
import { snapshot } from './export-run.ts';
import { Meter } from './meter.ts';
import { firstNonFinite, nonFinite } from './non-finite.ts';
import { addHardness, type HardnessSums, noHardness } from './observe/hardness.ts';
import type { SettledOptions, Validation } from './options.ts';
import type { Communicator } from './parallel/communicator.ts';
import { SharedRun } from './parallel/shared-run.ts';
import { type RunConfig, versions } from './run-config.ts';
import type { EpochSampler } from './sampling/epoch-sampler.ts';
import { betweenSteps } from './step/train-state.ts';
import { type StepReadings, StepRunner } from './step-runner.ts';
import { type Patience, waitFor } from './wait.ts';

/** What a loop works with. */
export interface LoopContext {
  options: SettledOptions;
  config: RunConfig;
  loader: Loader;
  program: Program;
  beginning: Beginning;
  sampler: EpochSampler;
  /** The processes that share every batch. Rank 0 validates and writes; the others wait for it. */
  ranks: Communicator | undefined;
}

type Events<Result = void> = AsyncGenerator<TrainEvent, Result, void>;

/** How fast the estimate of the time left follows the last interval. */
const SMOOTHING = 0.3;

/** Trains step by step and tells what happens. */
export class TrainingLoop {
  readonly #context: LoopContext;
  readonly #options: SettledOptions;
  readonly #interval = new Meter();
  readonly #epoch = new Meter();
  readonly #began = performance.now();
  readonly #runner: StepRunner;
  readonly #shared: SharedRun;
  #progress: Progress;
  #saved: { step: number; path: string } | undefined;
  #secondsPerStep: number | undefined;
  #badSamplesTold = 0;
  /** Whether the first step is the last one finished: it is told, so that whoever looks on sees the run move. */
  #isFirst = true;
  #scoresClasses = true;

  constructor(context: LoopContext) {
    this.#context = context;
    this.#options = context.options;
    this.#shared = new SharedRun(context.ranks);
    const { progress, checkpoint } = context.beginning;
    this.#progress =
      context.options.hardness && !progress.hardness ? { ...progress, hardness: noHardness() } : progress;
    this.#runner = new StepRunner({
      program: context.program,
      recipe: context.options.recipe,
      stepsPerEpoch: context.options.stepsPerEpoch,
      ranks: context.ranks,
      lastCheckpoint: () => this.#saved?.path,
    });
    this.#saved = checkpoint === undefined ? undefined : { step: progress.step, path: checkpoint };
  }

  async *events(): Events {
    yield this.#start();
    if (this.#progress.unvalidated) yield* this.#leading(() => this.#validate());
    while (this.#progress.step < this.#options.steps) {
      const finished = yield* this.#trainEpoch();
      if (!finished) return yield* this.#stop();
    }
    if (this.#progress.unvalidated) return yield* this.#stop();
    yield* this.#leading(() => this.#checkpoint());
    const seconds = (performance.now() - this.#began) / 1000;
    yield { kind: 'done', step: this.#progress.step, seconds, checkpoint: this.#savedPath };
  }

  #start(): TrainEvent {
    const { options, beginning } = this.#context;
    const trained = Object.entries(beginning.state).filter(([name]) => name.startsWith('params.'));
    return {
      kind: 'start',
      engine: engineName(options.engine),
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
    const { loader, program, sampler } = this.#context;
    const { accumulate = 1 } = recipe;
    const patience = this.#patience();
    const sampled = sampler.order(epoch, position, () => program.readState()).then((order) => ({ order }));
    const samples = await waitFor(sampled, patience);
    if (samples === undefined) return false;
    const source = loader.batches({ epoch, start: position * accumulate, order: samples.order });
    const batches = new Ahead(source, accumulate, patience);
    try {
      while (this.#progress.epoch === epoch) {
        if (this.#shared.any(signal?.aborted ?? false)) return false;
        const asked = performance.now();
        const ready = await batches.next();
        if (ready === undefined) return false;
        const readings = await this.#runner.run(ready, this.#progress.step);
        this.#count(readings, { asked, waitMilliseconds: batches.takeWait() });
        yield* this.#report(readings);
      }
      return true;
    } finally {
      batches.close();
    }
  }

  /** How long images are waited for. Of several ranks none may stop alone: they look at the signal between steps. */
  #patience(): Patience {
    const { signal, batchTimeoutSeconds: seconds } = this.#options;
    const option = 'batchTimeoutSeconds (hm train --batch-timeout)';
    return {
      signal: this.#context.ranks ? undefined : signal,
      seconds,
      option,
      what: 'images for the next step',
    };
  }

  #count(readings: StepReadings, time: { asked: number; waitMilliseconds: number }): void {
    const { loss, accuracy = 0 } = readings;
    this.#scoresClasses = readings.accuracy !== undefined;
    const milliseconds = performance.now() - time.asked;
    const images = this.#options.recipe.batchSize;
    const reading = { images, loss, accuracy, milliseconds, waitMilliseconds: time.waitMilliseconds };
    this.#interval.add(reading);
    this.#epoch.add(reading);
    const { step, position, lossSum, accuracySum, hardness } = this.#progress;
    this.#progress = {
      ...this.#progress,
      step: step + 1,
      position: position + 1,
      lossSum: lossSum + loss,
      accuracySum: accuracySum + accuracy,
      ...(hardness && { hardness: this.#harder(hardness, readings) }),
    };
  }

  #harder(sums: HardnessSums, { sampleLosses }: StepReadings): HardnessSums {
    const mining = hardMiningOf(this.#options.head)?.config;
    return sampleLosses.reduce((before, losses) => addHardness(before, losses, mining), sums);
  }

  /** The events that are due after a step. */
  async *#report(readings: StepReadings): Events {
    const { logEvery, checkpointEvery, validateEvery, stepsPerEpoch, steps } = this.#options;
    const { step, position } = this.#progress;
    yield* this.#badSamples();
    if (step % logEvery === 0 || step === steps || this.#isFirst) yield this.#stepEvent(readings);
    this.#isFirst = false;
    if (position === stepsPerEpoch) yield* this.#endEpoch();
    if (step % validateEvery === 0 || step === steps) yield* this.#leading(() => this.#validate());
    if (step % checkpointEvery === 0 && step < steps) yield* this.#leading(() => this.#checkpoint());
  }

  /** Of several processes, the first does it. */
  #leading(work: () => Events): Events {
    return this.#shared.leading(work, () => this.#context.program.readState(), this.#progress.step);
  }

  *#badSamples() {
    const own = this.#context.loader.badSamples.slice(this.#badSamplesTold);
    this.#badSamplesTold += own.length;
    const isSkipping = this.#options.onBadSample === 'skip';
    for (const sample of isSkipping ? this.#shared.collect(own) : own)
      yield { kind: 'badSample', ...sample } as const;
  }

  #stepEvent({ learningRate, gradientNorm, lossScale }: StepReadings): TrainEvent {
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
      learningRate,
      ...(gradientNorm === undefined ? {} : { gradientNorm }),
      ...(lossScale === undefined ? {} : { lossScale }),
      secondsLeft: (steps - step) * this.#secondsPerStep,
    };
  }

  *#endEpoch(): Generator<TrainEvent, void, void> {
    const { step, epoch, position, lossSum, accuracySum, hardness } = this.#progress;
    const { seconds, imagesPerSecond, waitShare } = this.#epoch.take();
    this.#progress = {
      ...this.#progress,
      ...{ epoch: epoch + 1, position: 0, lossSum: 0, accuracySum: 0 },
      ...(hardness && { hardness: noHardness() }),
    };
    const loss = lossSum / position;
    const { epochs } = this.#options.recipe;
    yield {
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
    if (hardness) yield { kind: 'hardness', epoch: epoch + 1, step, ...this.#shares(hardness) };
  }

  #shares({ samples, easy, gate, histogram }: HardnessSums) {
    const mined = hardMiningOf(this.#options.head) && { easyShare: easy / samples, meanGate: gate / samples };
    return { samples, ...mined, histogram };
  }

  /** Scores the network; the best so far is kept apart. */
  async *#validate(): Events {
    const { validate, backbone, out } = this.#options;
    if (validate === undefined) return;
    const began = performance.now();
    const { unvalidated, ...progress } = this.#progress;
    const { step, best } = progress;
    const model = await snapshot(await this.#current(), backbone);
    const validation = await waitFor(Promise.resolve(validate(model, step)), {
      ...{ signal: this.#options.signal, seconds: this.#options.validationTimeoutSeconds },
      option: 'validationTimeoutSeconds (hm train --validation-timeout)',
      what: 'the result of a validation',
    });
    if (validation === undefined && this.#options.signal?.aborted) {
      this.#progress = { ...progress, unvalidated: true };
      return;
    }
    // That checkpoint says that it is yet to be validated.
    if (unvalidated) this.#saved = undefined;
    this.#progress = progress;
    assertValidation(validation);
    const { name, score } = validation;
    // NaN, of a network that tells nobody apart, is never the best; `null` is what a checkpoint makes of it.
    const isBest = Number.isFinite(score) && !(Number.isFinite(best?.score) && best!.score >= score);
    if (isBest) {
      this.#progress = { ...this.#progress, best: { step, name, score } };
      await saveBest(out, await this.#current());
    }
    const seconds = (performance.now() - began) / 1000;
    yield { kind: 'validation', step, name, score, best: isBest, seconds };
  }

  /** All that a checkpoint holds. @throws {NonFiniteError} */
  async #current(): Promise<Checkpoint> {
    const { program, config, sampler } = this.#context;
    const trained = unflattenParams(await program.readState());
    const state = { ...flattenParams(betweenSteps(trained)), ...sampler.state };
    this.#assertFinite(state);
    return { config, progress: this.#progress, versions: versions(), state };
  }

  #accuracy = (accuracy: number): { accuracy?: number } => (this.#scoresClasses ? { accuracy } : {});

  /** Writes a checkpoint unless this step's is there. */
  async *#checkpoint(): Events {
    const { step } = this.#progress;
    if (this.#saved?.step === step) return;
    const { out, keep } = this.#options;
    const began = performance.now();
    const { path, bytes } = await saveCheckpoint(out, await this.#current(), keep);
    this.#saved = { step, path };
    yield { kind: 'checkpoint', step, path, bytes, seconds: (performance.now() - began) / 1000 };
  }

  /** The newest checkpoint's; none on ranks that write nothing, and whose events nobody hears. */
  get #savedPath(): string {
    return this.#saved?.path ?? '';
  }

  #assertFinite(state: Record<string, HostTensor>): void {
    if (firstNonFinite(state) === undefined) return;
    throw nonFinite(this.#progress.step, undefined, {}, state, this.#saved?.path);
  }

  async *#stop(): Events {
    yield* this.#leading(() => this.#checkpoint());
    const { step } = this.#progress;
    const resume = 'Train with the same options and `resume: true` to go on from here.';
    yield { kind: 'stopped', step, steps: this.#options.steps, checkpoint: this.#savedPath, resume };
  }
}

function assertValidation(result: Validation | undefined): asserts result is Validation {
  if (typeof result?.score === 'number' && typeof result.name === 'string') return;
  throw new InvalidArgumentError({
    where: 'train option "validate"',
    expected: "a result such as { name: 'accuracy', score: 0.99 }",
    received: result,
    fix: 'Return the name of the score and a number, higher for a better network.',
  });
}
