import type { LoaderOptions } from '../loader/loader-options.ts';
import { defaultPreprocessing } from '../loader/preprocessing.ts';
import type { Batch } from '../loader/read-epoch.ts';

/** Small batches of 12×12 images. */
export const options: LoaderOptions = {
  batchSize: 4,
  seed: 7,
  preprocessing: { ...defaultPreprocessing, height: 12, width: 12 },
  workers: 1,
};

export async function collect(source: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of source) all.push(batch);
  return all;
}

/** Returns everything but the waiting times, in comparable form. */
export const content = (all: Batch[]) =>
  all.map(({ images, labels, indices, position }) => ({
    shape: images.shape,
    bytes: Buffer.from(images.data.buffer).toString('base64'),
    labels: [...labels.data],
    indices,
    position,
  }));

export async function readUntilError(
  source: AsyncIterable<Batch>,
): Promise<{ read: number; error: unknown }> {
  let read = 0;
  try {
    for await (const _ of source) read++;
  } catch (error) {
    return { read, error };
  }
  throw new Error('no error came');
}
