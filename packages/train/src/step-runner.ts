import type { Batch } from '@hm/datasets';
import type { Program } from '@hm/onnx';
import { type HostTensor, hostTensor } from '@hm/tensor';
import { mapRecord } from './map-record.ts';
import { firstNonFinite, nonFinite, overflows } from './non-finite.ts';
import { type Communicator, culprit } from './parallel/communicator.ts';
import type { Recipe } from './recipe.ts';
import { learningRateAt } from './schedule.ts';

/** Metrics of a step, averaged over its batches. */
export interface StepReadings {
  loss: number;
  accuracy?: number;
  gradientNorm?: number;
  lossScale?: number;
  learningRate: number;
  /** Each batch's losses before hard mining; only if they were asked for. */
  sampleLosses: Float32Array[];
}

/** A batch, and as many images without labels if the run has some. */
export interface StepBatch extends Batch {
  unlabeled?: Batch['images'];
}

/** Parts of a runner. */
export interface StepRunnerOptions {
  program: Program;
  recipe: Recipe;
  stepsPerEpoch: number;
  ranks: Communicator;
}

/** Runs steps: a batch, or several whose gradients are summed. */
export class StepRunner {
  readonly #options: StepRunnerOptions;

  constructor(options: StepRunnerOptions) {
    this.#options = options;
  }

  /**
   * @param batches of the step.
   * @param step finished steps.
   * @param checkpoint the last good one, for the error.
   * @throws {NonFiniteError} if the loss is not finite.
   */
  async run(batches: readonly StepBatch[], step: number, checkpoint?: string): Promise<StepReadings> {
    const { recipe, stepsPerEpoch } = this.#options;
    const learningRate = learningRateAt(recipe, step, stepsPerEpoch);
    const outputs: Record<string, HostTensor>[] = [];
    for (const batch of batches) {
      const update =
        recipe.accumulate === undefined ? {} : { update: scalar(batch === batches.at(-1) ? 1 : 0) };
      const feeds = { learningRate: scalar(learningRate), step: scalar(step), ...update };
      outputs.push(await this.#runBatch(batch, feeds, step, checkpoint));
    }
    return { ...summary(outputs), learningRate };
  }

  async #runBatch(
    { images, labels, unlabeled }: StepBatch,
    feeds: Record<string, HostTensor>,
    step: number,
    checkpoint?: string,
  ) {
    const { program, ranks } = this.#options;
    const outputs = await program.run({ images, labels, ...(unlabeled && { unlabeled }), ...feeds });
    // ONNX Runtime computes on this thread: without a turn, neither a signal nor a worker's batch would get through.
    await turnOfEventLoop();
    const loss = Number(outputs.loss!.data[0]);
    if (Number(outputs.lossScale?.data[0] ?? 1) < 1) throw overflows(step + 1, checkpoint);
    if (Number.isFinite(loss)) return outputs;
    const isOwn = firstNonFinite({ images }) !== undefined;
    const rank = ranks.count > 1 ? culprit(ranks, isOwn) : undefined;
    throw nonFinite(step + 1, loss, { images }, await program.readState(), checkpoint, rank);
  }
}

function summary(outputs: readonly Record<string, HostTensor>[]): Omit<StepReadings, 'learningRate'> {
  const at = (index: number) => mapRecord(outputs.at(index)!, ({ data }) => Number(data[0]));
  const parts = outputs.map((_, index) => at(index));
  const mean = (name: string) => parts.reduce((sum, part) => sum + part[name]!, 0) / parts.length;
  const { accuracy, gradientNorm, lossScale } = at(-1);
  return {
    loss: mean('loss'),
    ...(accuracy === undefined ? {} : { accuracy: mean('accuracy') }),
    // That of the sum, which is whole only in the end.
    ...(Number.isFinite(gradientNorm) ? { gradientNorm: gradientNorm! } : {}),
    ...(lossScale === undefined ? {} : { lossScale }),
    sampleLosses: outputs.flatMap(({ sampleLosses }) =>
      sampleLosses ? [sampleLosses.data as Float32Array] : [],
    ),
  };
}

const scalar = (value: number): HostTensor => hostTensor('float32', [], Float32Array.of(value));

/// <reference lib="dom" />
/** Lets everything else that waits have its turn; a browser's timers would make that four milliseconds. */
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
