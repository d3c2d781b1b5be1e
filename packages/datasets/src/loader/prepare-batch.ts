import { badImage } from '@hm/images';
import { HmError, InvalidDataError } from '@hm/tensor/host';
import type { Dataset } from '../dataset.ts';
import { replacementFor } from './epoch-order.ts';
import type { BadItem, FillItem } from './fill-batch.ts';
import { type Gathered, gatherSamples } from './gather-samples.ts';
import type { BadSample, ResolvedLoaderOptions } from './loader-options.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Values that all batches of an epoch share. */
export interface EpochContext {
  dataset: Dataset;
  options: ResolvedLoaderOptions;
  pool: WorkerPool;
  epoch: number;
  /** Distinguishes this reading of the epoch from others that use the same workers. */
  group: number;
  order: readonly number[];
  signal: AbortSignal;
}

export interface PreparedBatch {
  images: Float32Array<ArrayBuffer>;
  labels: Int32Array<ArrayBuffer>;
  indices: number[];
  bad: BadSample[];
}

/** Largest number of draws for a slot. If all of them are bad, the data set is. */
const mostAttempts = 20;

/** Returns where this loader's part of a batch begins in the epoch's order, and its number of samples. */
function placesAt({ options: { batchSize, shard } }: EpochContext, position: number) {
  const size = batchSize / shard.count;
  return { start: position * batchSize + shard.index * size, size };
}

/** Returns the sample indices of a batch, or of this loader's part of it. */
export function indicesAt(context: EpochContext, position: number): number[] {
  const { start, size } = placesAt(context, position);
  return context.order.slice(start, start + size);
}

/** Fills a batch from gathered samples in a worker, and draws replacements for those that cannot be used. */
export async function prepareBatch(
  context: EpochContext,
  position: number,
  gathered: Promise<Gathered[]>,
): Promise<PreparedBatch> {
  const indices = indicesAt(context, position);
  const { height, width } = context.options.preprocessing;
  const batch: PreparedBatch = {
    images: new Float32Array(indices.length * height * width * 3),
    labels: new Int32Array(indices.length),
    indices,
    bad: [],
  };
  let slots = [...indices.keys()];
  for (let attempt = 1; slots.length > 0; attempt++) {
    const drawn =
      attempt === 1
        ? gathered
        : gatherSamples(
            context.dataset,
            slots.map((slot) => indices[slot]!),
            context.signal,
          );
    slots = await fillSlots(context, position, batch, slots, await drawn);
    if (attempt === mostAttempts && slots.length > 0) throw nothingUsable(batch.bad);
    for (const slot of slots) indices[slot] = replacement(context, position, slot, attempt);
  }
  return batch;
}

/** Fills slots of a batch and returns those that are still open. */
async function fillSlots(
  context: EpochContext,
  position: number,
  batch: PreparedBatch,
  slots: readonly number[],
  gathered: readonly Gathered[],
): Promise<number[]> {
  const { options, epoch, pool, group } = context;
  const keepGoing = options.onBadSample !== 'throw';
  const items: FillItem[] = [];
  const ids = new Map<number, string>();
  const open = new Map<number, BadSample>();
  gathered.forEach((answer, place) => {
    const slot = slots[place]!;
    const index = batch.indices[slot]!;
    if ('error' in answer) open.set(slot, unreadable(answer.error, index, keepGoing));
    else {
      const { image, label, id } = answer.sample;
      items.push({ slot, index, id, image });
      ids.set(slot, id);
      batch.labels[slot] = checkLabel(label, context.dataset.classes, id);
    }
  });
  const { augment, preprocessing, seed } = options;
  const task = { items, images: batch.images, augment, preprocessing, seed, epoch, keepGoing };
  const result = await pool.run(position, group, task);
  batch.images = result.images;
  for (const bad of result.bad) {
    const sample = { index: batch.indices[bad.slot]!, id: ids.get(bad.slot)!, reason: bad.reason };
    if (!keepGoing) throw undecodable(bad, sample);
    open.set(bad.slot, sample);
  }
  batch.bad.push(...open.values());
  return [...open.keys()];
}

/** Checks that a label is in range; otherwise it would silently train on nothing. */
function checkLabel(label: number, classes: number, id: string): number {
  if (Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new InvalidDataError({
    where: `sample ${id}`,
    expected: `a label from 0 to ${classes - 1}`,
    received: label,
    fix: 'Number the identities from 0 to classes - 1.',
    fields: { id, label, classes },
  });
}

/** Turns an invalid-data error into a bad sample. Any other error is a fault of the data set's code and is rethrown. */
function unreadable(error: unknown, index: number, keepGoing: boolean): BadSample {
  if (!keepGoing || !HmError.isInstance(error) || error.code !== 'invalid-data') throw error;
  return { index, id: String(error.fields.id ?? error.fields.path ?? index), reason: error.message };
}

const undecodable = ({ path, reason }: BadItem, { index, id }: BadSample) =>
  badImage(path, reason, undefined, { index, id });

const replacement = (context: EpochContext, position: number, slot: number, attempt: number) => {
  const { dataset, options, epoch } = context;
  const place = placesAt(context, position).start + slot;
  return replacementFor(dataset.length, options.seed, epoch, place, attempt);
};

const nothingUsable = (bad: readonly BadSample[]) =>
  new InvalidDataError({
    where: 'createLoader',
    expected: `a usable sample within ${mostAttempts} draws`,
    received: `bad ones only, such as ${bad[0]?.id} (${bad[0]?.reason})`,
    fix: 'Repair the data set.',
    fields: { bad },
  });
