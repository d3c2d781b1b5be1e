import type { ImageSource } from '@hm/datasets';
import { findMislabeled, loadEmbedder } from '@hm/eval';
import type { HostTensor } from '@hm/tensor/host';
import type { NoisyData } from './label-noise.ts';

/** Data set without the images that look mislabeled. */
export interface CleanedData extends NoisyData {
  /** Number of images that were left out, and how many of them had another person's label. */
  removed: { images: number; mislabeled: number };
}

/** `[N, D]`, embeddings of images before they are resized for the network that is trained. */
export async function embeddingsOf(
  model: Uint8Array,
  images: readonly ImageSource[],
): Promise<HostTensor<'float32'>> {
  const embedder = await loadEmbedder(model, { threads: 1 });
  try {
    return await embedder.embed(images);
  } finally {
    await embedder.release();
  }
}

/**
 * Leaves out the images that look more like another person than like the one in their label.
 *
 * @param embeddings `[images, D]`.
 */
export async function withoutMislabeled(
  data: NoisyData,
  embeddings: HostTensor<'float32'>,
): Promise<CleanedData> {
  const found = await findMislabeled({ embeddings, labels: [...data.labels] }, { threads: 1 });
  const left = new Set(found.map(({ row }) => row));
  const kept = Array.from(data.labels.keys()).filter((index) => !left.has(index));
  return {
    ...{ length: kept.length, classes: data.classes },
    labels: Int32Array.from(kept, (index) => data.labels[index]!),
    changed: Uint8Array.from(kept, (index) => data.changed[index]!),
    removed: { images: left.size, mislabeled: [...left].filter((index) => data.changed[index]).length },
    name: (label) => data.name(label),
    sample: (index) => data.sample(kept[index]!),
  };
}
