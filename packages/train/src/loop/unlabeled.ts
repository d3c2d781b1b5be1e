import type { Batch, Loader } from '@hm/datasets/browser';

/**
 * Images without labels for every batch of a run, epoch after epoch of theirs.
 *
 * @param position batches of the run before the first one.
 */
export async function* unlabeledImages(
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
