import { setImmediate } from 'node:timers/promises';
import type { Dataset, Sample } from './dataset.ts';
import { type PortableSource, toPortable } from './portable-source.ts';

/** A sample that is ready to cross to a worker. */
export interface PortableSample extends Omit<Sample, 'image'> {
  image: PortableSource;
}

/** Such a sample, or why there is none. */
export type Gathered = { sample: PortableSample } | { error: unknown };

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

const pack = ({ image, label, id }: Sample): PortableSample => ({ image: toPortable(image), label, id });
