import type { BadSample, Batch, Loader } from '@hm/datasets';
import type { HostTensor } from '@hm/tensor';
import type { BadSampleEvent } from '../events.ts';
import type { SampleLosses } from '../observe/hardness.ts';
import { anyRank, type Communicator, collectValues } from '../parallel/communicator.ts';
import type { EpochSampler } from '../sampling/epoch-sampler.ts';
import type { StepBatch } from '../step-runner.ts';
import { type Patience, waitFor } from '../wait.ts';

/** Source of batches. */
export interface BatchesSource {
  loader: Loader;
  /** Images without labels, if the run has some. */
  unlabeled: Loader | undefined;
  /** Of an epoch. */
  stepsPerEpoch: number;
  sampler: EpochSampler;
  /** Batches that a step is made of. */
  perStep: number;
  /** Steps whose batches are asked for before they are needed. */
  ahead: number;
  readState(): Promise<Record<string, HostTensor>>;
  ranks: Communicator;
  signal: AbortSignal | undefined;
  /** Each sample's group, by its place in the data set, if hardness is told of groups. */
  groups: ArrayLike<number> | undefined;
  /** The longest wait for images. */
  seconds: number;
  /** Whether images that cannot be used are skipped and told of. */
  skips: boolean;
}

/** The batches of each step, asked for before they are needed. */
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
      // Of several ranks none may stop alone: they look at the signal between steps.
      signal: source.ranks.count > 1 ? undefined : source.signal,
      seconds: source.seconds,
      option: 'batchTimeoutSeconds (hm train --set batchTimeoutSeconds)',
      what: 'images for the next step',
    };
  }

  /** Begins an epoch after so many steps of it; false if the signal was raised. @throws {UnavailableError} */
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

  /** The batches of each of `count` steps; undefined if the signal was raised before all were there. @throws {UnavailableError} */
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

  /** The losses of each batch of a step, all ranks together, with the groups of its samples. */
  withGroups(losses: readonly Float32Array[], batches: readonly StepBatch[]): SampleLosses[] {
    const { groups, ranks } = this.#source;
    if (groups === undefined) return losses.map((losses) => ({ losses }));
    return losses.map((losses, place) => {
      const indices = collectValues(ranks, batches[place]!.indices).flat();
      return { losses, groups: indices.map((index) => groups[index]!) };
    });
  }

  /** Ends the preparation of further batches, without waiting for one that may never come. */
  close(): void {
    this.#epoch?.return().catch(() => undefined);
    this.#unlabeled?.return(undefined as never).catch(() => undefined);
  }

  /** Images that were skipped since the last call, on any rank. */
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

  /** A failure is thrown where it is awaited. */
  #ask(): Promise<IteratorResult<StepBatch, void>> {
    const next = this.#unlabeled === undefined ? this.#epoch!.next() : this.#askBoth(this.#unlabeled);
    next.catch(() => undefined);
    return next;
  }
}

const collected = (ranks: Communicator, own: readonly BadSample[]): readonly BadSample[] =>
  anyRank(ranks, own.length > 0) ? collectValues(ranks, own).flat() : own;

/**
 * Images without labels for every batch of a run, epoch after epoch of theirs.
 *
 * @param position batches of the run before the first one.
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
