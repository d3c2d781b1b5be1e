import type { TrainOptions } from '@hm/train';
import { withoutUndefined } from './without-undefined.ts';

/** What a run is validated with. */
export interface ValidationOptions {
  validate?: string;
  validatePairs?: string;
  threads?: number;
}

/** Scores a network on a list of pairs by the protocol of LFW, which is read once; undefined if none is to be. */
export async function validationOf(
  options: ValidationOptions,
): Promise<TrainOptions['validate'] | undefined> {
  const { validate: folder, validatePairs: pairs, threads } = options;
  if (folder === undefined) return undefined;
  const [{ lfwPairs }, { loadEmbedder, verify }] = await Promise.all([
    import('@hm/datasets'),
    import('@hm/eval'),
  ]);
  const protocol = await lfwPairs(folder, withoutUndefined({ pairs }));
  return async (model) => {
    const embedder = await loadEmbedder(model, withoutUndefined({ threads }));
    try {
      return { name: 'accuracy', score: (await verify(embedder, protocol)).accuracy };
    } finally {
      await embedder.release();
    }
  };
}
