import { join } from 'node:path';
import type { EmbedderOptions } from '@hm/eval';
import type { HostTensor } from '@hm/tensor/host';

/** Inputs of a model for some faces of a folder, evenly spread over it. */
export async function calibrationBatches(
  model: string,
  folder: string,
  samples: number,
  options: Pick<EmbedderOptions, 'output' | 'preprocessing'>,
): Promise<Record<string, HostTensor>[]> {
  const [{ listImages }, { loadEmbedder }] = await Promise.all([import('@hm/images'), import('@hm/eval')]);
  const { images: names } = await listImages(folder);
  const step = Math.max(1, names.length / samples);
  const chosen = Array.from(
    { length: Math.min(samples, names.length) },
    (_, k) => names[Math.floor(k * step)]!,
  );
  const embedder = await loadEmbedder(model, options);
  try {
    return await embedder.prepare(chosen.map((name) => ({ path: join(folder, name) })));
  } finally {
    await embedder.release();
  }
}
