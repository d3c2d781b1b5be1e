import type { Batch } from '@hm/datasets';
import { type HostTensor, hostTensor } from '@hm/tensor';
import { mapRecord } from '../map-record.ts';
import { type Communicator, culprit } from '../parallel/communicator.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { learningRateAt } from '../recipe/schedule.ts';
import { firstNonFinite, nonFinite, overflows } from './non-finite.ts';
import type { StepProgram } from './step-program.ts';

type HostTensors = Record<string, HostTensor>;

/** Metrics of a step, averaged over its batches. */
export interface StepReadings {
  loss: number;
  accuracy?: number;
  gradientNorm?: number;
  lossScale?: number;
  learningRate: number;
  /** Losses of each batch before hard mining; only if they are requested. */
  sampleLosses: Float32Array[];
}

/** A batch, with as many images without labels if the run uses any. */
export interface StepBatch extends Batch {
  unlabeled?: Batch['images'];
}

/** Options of `StepRunner`. */
export interface StepRunnerOptions {
  program: StepProgram;
  recipe: Recipe;
  stepsPerEpoch: number;
  ranks: Communicator;
}

/** Runs steps of one batch each, or of several whose gradients are summed. */
export class StepRunner {
  readonly #options: StepRunnerOptions;

  constructor(options: StepRunnerOptions) {
    this.#options = options;
  }

  /**
   * Runs steps one after another.
   *
   * @param steps the batches of each step.
   * @param first number of finished steps.
   * @param checkpoint path of the last good checkpoint, for the error.
   * @throws {NonFiniteError} if the loss is not finite.
   */
  async run(
    steps: readonly (readonly StepBatch[])[],
    first: number,
    checkpoint?: string,
  ): Promise<StepReadings[]> {
    const feeds = steps.flatMap((batches, index) => this.#feedsOf(batches, first + index));
    const outputs: HostTensors[] = [];
    for await (const output of this.#options.program.runEach(feeds)) {
      // ONNX Runtime blocks this thread. Without a turn of the event loop, no signal and no worker's batch would get
      // through.
      await turnOfEventLoop();
      await this.#assertFinite(output, feeds[outputs.length]!, checkpoint);
      outputs.push(output);
    }
    const perStep = feeds.length / steps.length;
    return steps.map((_, index) => ({
      ...summary(outputs.slice(index * perStep, (index + 1) * perStep)),
      learningRate: this.#learningRateAt(first + index),
    }));
  }

  #feedsOf(batches: readonly StepBatch[], step: number): HostTensors[] {
    return batches.map((batch, index) => ({
      ...{ images: batch.images, labels: batch.labels },
      ...(batch.unlabeled && { unlabeled: batch.unlabeled }),
      ...{ learningRate: scalar(this.#learningRateAt(step)), step: scalar(step) },
      ...(this.#options.recipe.accumulate !== undefined && {
        update: scalar(index === batches.length - 1 ? 1 : 0),
      }),
    }));
  }

  #learningRateAt(step: number): number {
    const { recipe, stepsPerEpoch } = this.#options;
    return learningRateAt(recipe, step, stepsPerEpoch);
  }

  async #assertFinite(outputs: HostTensors, feeds: HostTensors, checkpoint?: string): Promise<void> {
    const { program, ranks } = this.#options;
    const images = feeds.images as HostTensor<'float32'>;
    const step = Number(feeds.step!.data[0]);
    const loss = Number(outputs.loss!.data[0]);
    if (Number(outputs.lossScale?.data[0] ?? 1) < 1) throw overflows(step + 1, checkpoint);
    if (Number.isFinite(loss)) return;
    const isOwn = firstNonFinite({ images }) !== undefined;
    const rank = ranks.count > 1 ? culprit(ranks, isOwn) : undefined;
    throw nonFinite(step + 1, loss, { images }, await program.readState(), checkpoint, rank);
  }
}

function summary(outputs: readonly HostTensors[]): Omit<StepReadings, 'learningRate'> {
  const at = (index: number) => mapRecord(outputs.at(index)!, ({ data }) => Number(data[0]));
  const parts = outputs.map((_, index) => at(index));
  const mean = (name: string) => parts.reduce((sum, part) => sum + part[name]!, 0) / parts.length;
  const { accuracy, gradientNorm, lossScale } = at(-1);
  return {
    loss: mean('loss'),
    ...(accuracy === undefined ? {} : { accuracy: mean('accuracy') }),
    // Norm of the summed gradient, which is complete only with the last batch.
    ...(Number.isFinite(gradientNorm) ? { gradientNorm: gradientNorm! } : {}),
    ...(lossScale === undefined ? {} : { lossScale }),
    sampleLosses: outputs.flatMap(({ sampleLosses }) =>
      sampleLosses ? [sampleLosses.data as Float32Array] : [],
    ),
  };
}

const scalar = (value: number): HostTensor => hostTensor('float32', [], Float32Array.of(value));

/** Waits for one turn of the event loop. In a browser, a timer would make that four milliseconds. */
const turnOfEventLoop = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') return void setImmediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
