import { type HostTensor, hostTensor } from '@hm/tensor/host';
import { gatherSamples } from './gather-samples.ts';
import { type EpochContext, indicesAt, type PreparedBatch, prepareBatch } from './prepare-batch.ts';

/** Images and labels ready for a network, and where they come from. */
export interface Batch {
  /** `[B, height, width, 3]`, normalised, in the preprocessing's channel order. */
  images: HostTensor<'float32'>;
  /** Class of each image, `[B]`. */
  labels: HostTensor<'int32'>;
  /** Indices of the samples in the data set, `B` of them. */
  indices: number[];
  /** Index of this batch in its epoch, from 0. */
  position: number;
  /** Time the consumer waited for this batch. */
  waitMilliseconds: number;
}

/**
 * Yields the batches `[start, end)` in order while later ones are prepared. A caller that stops early must end the
 * preparation.
 */
export async function* readEpoch(
  context: EpochContext,
  start: number,
  end: number,
  deliver: (prepared: PreparedBatch) => void,
): AsyncGenerator<Batch, void, void> {
  const { dataset, options, signal } = context;
  const queue: Promise<PreparedBatch>[] = [];
  let next = start;
  let feeding: Promise<unknown> = Promise.resolve();
  const refill = () => {
    for (; next < end && queue.length < options.queue; next++) {
      const indices = indicesAt(context, next);
      const gathered = quiet(feeding.then(() => gatherSamples(dataset, indices, signal)));
      feeding = gathered;
      queue.push(quiet(prepareBatch(context, next, gathered)));
    }
  };
  for (let position = start; position < end; position++) {
    const asked = performance.now();
    refill();
    const prepared = await queue.shift()!;
    refill();
    deliver(prepared);
    yield {
      ...toTensors(prepared, options.preprocessing),
      position,
      waitMilliseconds: performance.now() - asked,
    };
  }
}

/** Keeps a batch that is never awaited from raising an unhandled rejection. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const toTensors = (
  { images, labels, indices }: PreparedBatch,
  { height, width }: { height: number; width: number },
) => ({
  images: hostTensor('float32', [indices.length, height, width, 3], images),
  labels: hostTensor('int32', [indices.length], labels),
  indices,
});
