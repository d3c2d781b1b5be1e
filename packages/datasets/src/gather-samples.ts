import { setImmediate } from 'node:timers/promises';
import type { Dataset, ImageSource, Sample } from './dataset.ts';

/** A sample that is ready to cross to a worker, or why there is none. */
export type Gathered = { sample: Sample } | { error: unknown };

/** Longer turns of the main thread would hold up batches that are ready. */
const turnMilliseconds = 8;

/**
 * Asks a data set for samples, all at once if it answers with promises.
 *
 * @throws the signal's reason once it is aborted.
 */
export async function gatherSamples(
  dataset: Dataset,
  indices: readonly number[],
  signal: AbortSignal,
): Promise<Gathered[]> {
  const answers: (Gathered | Promise<Gathered>)[] = [];
  let since = performance.now();
  for (const index of indices) {
    signal.throwIfAborted();
    answers.push(ask(dataset, index));
    if (performance.now() - since < turnMilliseconds) continue;
    await setImmediate();
    since = performance.now();
  }
  const gathered = await Promise.all(answers);
  signal.throwIfAborted();
  return gathered;
}

/** A sample that comes without waiting is packed without waiting: its pixels may be computed as they are read. */
function ask(dataset: Dataset, index: number): Gathered | Promise<Gathered> {
  try {
    const sample = dataset.sample(index);
    return 'then' in sample ? askLater(sample) : { sample: pack(sample) };
  } catch (error) {
    return { error };
  }
}

const askLater = (promise: Promise<Sample>): Promise<Gathered> =>
  promise.then(
    (sample) => ({ sample: pack(sample) }),
    (error: unknown) => ({ error }),
  );

const pack = ({ image, label, id }: Sample): Sample => ({ image: ownSource(image), label, id });

/**
 * Copies bytes and pixels once, into a buffer of their own that can be transferred: a data set may keep its memory, and
 * posting a view of a large buffer would copy the whole of it.
 */
const ownSource = (image: ImageSource): ImageSource => {
  if ('path' in image) return { path: image.path };
  if ('file' in image) return { file: image.file, offset: image.offset, length: image.length };
  if ('bytes' in image) return { bytes: new Uint8Array(image.bytes) };
  return { pixels: new Uint8Array(image.pixels), height: image.height, width: image.width };
};
