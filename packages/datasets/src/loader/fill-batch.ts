import { setImmediate } from 'node:timers/promises';
import { decodeImage } from '@hm/images';
import { augmentImage, type SampleStream } from '../augment/augment-image.ts';
import type { ResolvedAugmentation } from '../augment/resolve-augmentation.ts';
import { normalizeInto } from './normalize-into.ts';
import { fromPortable, type PortableSource } from './portable-source.ts';
import type { Preprocessing } from './preprocessing.ts';

/** One image and its place in the batch. */
export interface FillItem {
  slot: number;
  /** Index of the sample in its data set. */
  index: number;
  id: string;
  image: PortableSource;
}

/** Everything a worker needs to fill slots of a batch: plain data that can be sent to another thread. */
export interface FillTask extends Omit<SampleStream, 'index'> {
  items: readonly FillItem[];
  /** Buffer to fill and return, `[B, height, width, 3]`. */
  images: Float32Array<ArrayBuffer>;
  preprocessing: Preprocessing;
  augment: ResolvedAugmentation;
  /** Continue after an image that cannot be used. */
  keepGoing: boolean;
}

/** An image that could not be used, by its slot in the batch. */
export interface BadItem {
  slot: number;
  path: string;
  reason: string;
}

export interface FillResult {
  images: Float32Array<ArrayBuffer>;
  bad: readonly BadItem[];
}

/** How long a worker runs before it checks for messages, so that a cancellation is not held up. */
const turnMilliseconds = 8;

/** Decodes, augments and normalises each item straight into its slot. Stops between images once `isCanceled`. */
export async function fillBatch(task: FillTask, isCanceled: () => boolean): Promise<FillResult> {
  const bad: BadItem[] = [];
  let since = performance.now();
  for (const item of task.items) {
    if (performance.now() - since > turnMilliseconds) {
      await setImmediate();
      since = performance.now();
    }
    if (isCanceled() || (bad.length > 0 && !task.keepGoing)) break;
    try {
      await fillPlace(task, item);
    } catch (error) {
      bad.push({ slot: item.slot, ...describe(error, item) });
    }
  }
  return { images: task.images, bad };
}

async function fillPlace(task: FillTask, { slot, index, id, image }: FillItem): Promise<void> {
  const { images, preprocessing, augment, seed, epoch } = task;
  const { height, width } = preprocessing;
  const name = 'path' in image ? image.path : id;
  const decoded = await decodeImage(fromPortable(image), { height, width, name });
  const augmented = await augmentImage(decoded, augment, { seed, epoch, index });
  normalizeInto(images, slot, augmented, preprocessing);
}

function describe(error: unknown, item: FillItem): { path: string; reason: string } {
  const path = pathOf(item);
  const fields = (error as { fields?: { reason?: unknown } }).fields;
  return { path, reason: String(fields?.reason ?? (error as Error).message) };
}

function pathOf({ image, id }: FillItem): string {
  if ('path' in image) return image.path;
  return 'file' in image ? `${image.file} (${id})` : id;
}
