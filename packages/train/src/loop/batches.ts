import type { BadSample, Batch, Loader } from '@hm/datasets';
import type { HostTensor } from '@hm/tensor';
import type { BadSampleEvent } from '../observe/events.ts';
import type { SampleLosses } from '../observe/hardness.ts';
import { anyRank, type Communicator, collectValues } from '../parallel/communicator.ts';
import type { EpochSampler } from '../sampling/epoch-sampler.ts';
import type { StepBatch } from '../step/step-runner.ts';
import { type Patience, waitFor } from '../wait.ts';

/** Options of `Batches`. */
export interface BatchesSource {
  loader: Loader;
  /** Loader of images without labels, if the run uses any. */
  unlabeled: Loader | undefined;
  /** Number of steps in an epoch. */
  stepsPerEpoch: number;
  sampler: EpochSampler;
  /** Number of batches per step. */
  perStep: number;
  /** Number of steps whose batches are requested in advance. */
  ahead: number;
  readState(): Promise<Record<string, HostTensor>>;
  ranks: Communicator;
  signal: AbortSignal | undefined;
  /** Group of each sample by its index in the data set, if hardness is reported by group. */
  groups: ArrayLike<number> | undefined;
  /** Longest wait for images. */
  seconds: number;
  /** True if images that cannot be used are skipped and reported. */
  skips: boolean;
}

/** Provides the batches of each step, requested before they are needed. */
export class Batches {
  readonly #source: BatchesSource;
  readonly #patience: Patience;
  #epoch: AsyncGenerator<Batch, void, void> | undefined;
  #next: Promise<IteratorResult<StepBatch, void>>[] = [];
  #unlabeled: AsyncGenerator<Batch['images'], never, void> | undefined;
  #badSamplesTold = 0;

  constructor(source: BatchesSource) {
    this.#source = source;
    this.#patience = {
      // With several ranks, none may stop alone: they check the signal between steps.
      signal: source.ranks.count > 1 ? undefined : source.signal,
      seconds: source.seconds,
      option: 'batchTimeoutSeconds (hm train --set batchTimeoutSeconds)',
      what: 'images for the next step',
    };
  }

  /** Begins an epoch after `position` of its steps; false if the signal was raised. @throws {UnavailableError} */
  async open(epoch: number, position: number): Promise<boolean> {
    const { loader, unlabeled, stepsPerEpoch, sampler, perStep, ahead, readState } = this.#source;
    const sampled = sampler.order(epoch, position, readState).then((order) => ({ order }));
    const samples = await waitFor(sampled, this.#patience);
    if (samples === undefined) return false;
    this.#epoch = loader.batches({ epoch, start: position * perStep, order: samples.order });
    this.#unlabeled = unlabeled && unlabeledImages(unlabeled, (epoch * stepsPerEpoch + position) * perStep);
    this.#next = Array.from({ length: ahead * perStep }, () => this.#ask());
    return true;
  }

  /** Returns the batches of `count` steps; undefined if the signal was raised first. @throws {UnavailableError} */
  async next(count: number): Promise<{ steps: StepBatch[][]; waitMilliseconds: number } | undefined> {
    const { perStep } = this.#source;
    const asked = performance.now();
    const wanted = this.#next.slice(0, count * perStep);
    const all = Promise.all(wanted).then((results) => results.map(({ value }) => value as StepBatch));
    const batches = await waitFor(all, this.#patience);
    if (batches === undefined) return undefined;
    const waitMilliseconds = performance.now() - asked;
    this.#next = [...this.#next.slice(wanted.length), ...wanted.map(() => this.#ask())];
    const steps = Array.from({ length: count }, (_, index) =>
      batches.slice(index * perStep, (index + 1) * perStep),
    );
    return { steps, waitMilliseconds };
  }

  /** Adds the groups of its samples to the losses of each batch. Both are those of all ranks together. */
  withGroups(losses: readonly Float32Array[], batches: readonly StepBatch[]): SampleLosses[] {
    const { groups, ranks } = this.#source;
    if (groups === undefined) return losses.map((losses) => ({ losses }));
    return losses.map((losses, place) => {
      const indices = collectValues(ranks, batches[place]!.indices).flat();
      return { losses, groups: indices.map((index) => groups[index]!) };
    });
  }

  /** Stops preparing batches, without waiting for one that may never come. */
  close(): void {
    this.#epoch?.return().catch(() => undefined);
    this.#unlabeled?.return(undefined as never).catch(() => undefined);
  }

  /** Yields an event for each image that was skipped since the last call, on any rank. */
  *badSamples(): Generator<BadSampleEvent, void, void> {
    const { loader, ranks, skips } = this.#source;
    const own = loader.badSamples.slice(this.#badSamplesTold);
    this.#badSamplesTold += own.length;
    for (const sample of skips ? collected(ranks, own) : own) yield { kind: 'badSample', ...sample };
  }

  async #askBoth(
    unlabeled: AsyncGenerator<Batch['images'], never, void>,
  ): Promise<IteratorResult<StepBatch, void>> {
    const [next, images] = await Promise.all([this.#epoch!.next(), unlabeled.next()]);
    return next.done ? next : { done: false, value: { ...next.value, unlabeled: images.value } };
  }

  /** Requests the next batch. An error is thrown where the batch is awaited. */
  #ask(): Promise<IteratorResult<StepBatch, void>> {
    const next = this.#unlabeled === undefined ? this.#epoch!.next() : this.#askBoth(this.#unlabeled);
    next.catch(() => undefined);
    return next;
  }
}

const collected = (ranks: Communicator, own: readonly BadSample[]): readonly BadSample[] =>
  anyRank(ranks, own.length > 0) ? collectValues(ranks, own).flat() : own;

/**
 * Yields images without labels for every batch of a run, one of their own epochs after another.
 *
 * @param position number of batches of the run before the first one.
 */
async function* unlabeledImages(
  loader: Loader,
  position: number,
): AsyncGenerator<Batch['images'], never, void> {
  const { batchesPerEpoch } = loader;
  for (
    let epoch = Math.floor(position / batchesPerEpoch), start = position % batchesPerEpoch;
    ;
    epoch++, start = 0
  )
    for await (const { images } of loader.batches({ epoch, start })) yield images;
}
