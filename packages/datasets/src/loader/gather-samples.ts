import { setImmediate } from 'node:timers/promises';
import type { Dataset, Sample } from '../dataset.ts';
import { type PortableSource, toPortable } from './portable-source.ts';

/** A sample that is ready to be sent to a worker. */
export interface PortableSample extends Omit<Sample, 'image'> {
  image: PortableSource;
}

/** A sample, or the error that prevented it. */
export type Gathered = { sample: PortableSample } | { error: unknown };

/** How long the main thread runs before it yields, so that finished batches are not held up. */
const turnMilliseconds = 8;

/**
 * Requests samples from a data set, all at once if it returns promises.
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

/** Packs a sample that is returned synchronously at once, because reading its pixels may compute them. */
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

const pack = ({ image, label, id }: Sample): PortableSample => ({ image: toPortable(image), label, id });
