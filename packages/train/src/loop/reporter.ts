import type { TrainEvent } from '../observe/events.ts';
import type { Progress } from '../run-folder/checkpoint.ts';
import type { StepReadings } from '../step/step-runner.ts';

/** Facts that stay the same throughout a run. */
export interface RunFacts {
  engine: string;
  epochs: number;
  steps: number;
  images: number;
  classes: number;
  /** Number of trained parameters in backbone and head. */
  parameters: number;
  batchSize: number;
}

/** Weight of the last interval in the estimate of the time left. */
const SMOOTHING = 0.3;

/** Averages the metrics of steps and makes events of them. */
export class Reporter {
  readonly #facts: RunFacts;
  readonly #interval = new Meter();
  readonly #epoch = new Meter();
  readonly #began = performance.now();
  #secondsPerStep: number | undefined;
  #scoresClasses = true;
  /** True until a step is reported. The first step always is, to show that the run makes progress. */
  isFirst = true;

  constructor(facts: RunFacts) {
    this.#facts = facts;
  }

  /** @param milliseconds duration of the whole step, waiting included. */
  add({ loss, accuracy }: StepReadings, milliseconds: number, waitMilliseconds: number): void {
    this.#scoresClasses = accuracy !== undefined;
    const images = this.#facts.batchSize;
    const reading = { images, loss, accuracy: accuracy ?? 0, milliseconds, waitMilliseconds };
    this.#interval.add(reading);
    this.#epoch.add(reading);
  }

  startEvent({ step }: Progress): TrainEvent {
    const { engine, steps, epochs, images, classes, parameters } = this.#facts;
    return { kind: 'start', engine, step, steps, epochs, images, classes, parameters };
  }

  /** Makes an event with the averages of the steps since the last one. */
  stepEvent({ step, epoch }: Progress, { learningRate, gradientNorm, lossScale }: StepReadings): TrainEvent {
    const { steps, epochs } = this.#facts;
    const { steps: count, seconds, accuracy, ...averages } = this.#interval.take();
    const last = seconds / count;
    this.#secondsPerStep = (this.#secondsPerStep ?? last) * (1 - SMOOTHING) + last * SMOOTHING;
    this.isFirst = false;
    return {
      ...{ kind: 'step', step, steps, epoch: epoch + 1, epochs },
      ...averages,
      ...this.#accuracy(accuracy),
      learningRate,
      ...(gradientNorm === undefined ? {} : { gradientNorm }),
      ...(lossScale === undefined ? {} : { lossScale }),
      secondsLeft: (steps - step) * this.#secondsPerStep,
    };
  }

  /** @param ended the progress at the epoch's end. */
  epochEvent({ step, epoch, position, lossSum, accuracySum }: Progress): TrainEvent {
    const { seconds, imagesPerSecond, waitShare } = this.#epoch.take();
    return {
      ...{ kind: 'epoch', epoch: epoch + 1, epochs: this.#facts.epochs, step },
      loss: lossSum / position,
      ...this.#accuracy(accuracySum / position),
      ...{ seconds, imagesPerSecond, waitShare },
    };
  }

  doneEvent({ step }: Progress, checkpoint: string): TrainEvent {
    return { kind: 'done', step, seconds: (performance.now() - this.#began) / 1000, checkpoint };
  }

  #accuracy = (accuracy: number): { accuracy?: number } => (this.#scoresClasses ? { accuracy } : {});
}

const nothing = { images: 0, loss: 0, accuracy: 0, milliseconds: 0, waitMilliseconds: 0 };

/** Averages over the steps since the last `take`. */
class Meter {
  #steps = 0;
  #sum = { ...nothing };

  add(reading: typeof nothing): void {
    this.#steps += 1;
    for (const name of Object.keys(nothing) as (keyof typeof nothing)[]) this.#sum[name] += reading[name];
  }

  take() {
    const { images, loss, accuracy, milliseconds, waitMilliseconds } = this.#sum;
    const steps = this.#steps;
    this.#steps = 0;
    this.#sum = { ...nothing };
    return {
      steps,
      loss: loss / steps,
      accuracy: accuracy / steps,
      seconds: milliseconds / 1000,
      imagesPerSecond: (images / milliseconds) * 1000,
      waitShare: waitMilliseconds / milliseconds,
    };
  }
}
