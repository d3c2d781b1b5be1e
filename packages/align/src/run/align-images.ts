import type { RgbImage } from '@hm/images';
import { inOrder } from '@hm/images';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import { readWeights } from '../networks/read-weights.ts';
import { type AlignFolderOptions, alignFolderOptions, resolveOptions } from './align-folder-options.ts';
import type { AlignedPhotograph } from './align-photograph.ts';
import { startAligner } from './worker-pool.ts';

/** Options of {@link alignImages}: those of {@link alignFolder} without those about files and shards. */
export type AlignImagesOptions = Omit<AlignFolderOptions, 'format' | 'overwrite' | 'shard'>;

/** The aligned face of a photograph, in memory. */
export interface AlignedImage extends Omit<AlignedPhotograph, 'output' | 'status'> {
  status: 'aligned' | 'no-face' | 'undecodable';
  /** The aligned face; missing if no face was found, unless `noFace: 'center'`. */
  image?: RgbImage;
}

/**
 * Aligns photographs in worker threads and yields their faces as pixels, in the order of the paths, while the caller
 * processes them. A photograph without a face or one that cannot be decoded is a result, not an error. Breaking out
 * of the loop ends the threads.
 *
 * @throws {InvalidArgumentError} if an option is out of range.
 * @example
 * for await (const { path, image } of alignImages(['ada.jpg', 'grace.jpg'])) console.log(path, image?.width);
 */
export async function* alignImages(
  paths: Iterable<string>,
  options: AlignImagesOptions = {},
): AsyncGenerator<AlignedImage> {
  const { format: _format, overwrite: _overwrite, shard: _shard, ...kinds } = alignFolderOptions;
  checkOptions('alignImages', options, kinds);
  checkArguments('alignImages', { paths }, { paths: 'object' });
  const { settings, detection, workers } = resolveOptions('', null, options);
  const weights = await readWeights(options.weights);
  const { aligner, width } = await startAligner(workers, { weights, detection, settings });
  try {
    yield* inOrder(paths, width, async (path) => {
      const { output: _, ...aligned } = await aligner.align({ path, output: '' });
      return aligned as AlignedImage;
    });
  } finally {
    await aligner.close();
  }
}
