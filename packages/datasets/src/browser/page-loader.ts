import type { RgbImage } from '@hm/images';
import { assertWithin, checkArguments, checkOptions, hostTensor, InvalidDataError } from '@hm/tensor/host';
import { augmentImage } from '../augment/augment-image.ts';
import type { Augmentation } from '../augment/augmentation.ts';
import { resolveAugmentation } from '../augment/resolve-augmentation.ts';
import type { Dataset } from '../dataset.ts';
import type { EpochOptions, Loader } from '../loader/create-loader.ts';
import { epochOrder } from '../loader/epoch-order.ts';
import { normalizeInto } from '../loader/normalize-into.ts';
import { checkPreprocessing, type Preprocessing } from '../loader/preprocessing.ts';
import type { Batch } from '../loader/read-epoch.ts';

/** Options of {@link pageLoader}. */
export interface PageLoaderOptions {
  batchSize: number;
  /** Integer seed. Order and augmentation depend only on the seed and the epoch. */
  seed: number;
  preprocessing: Preprocessing;
  /** Random changes to the images. Default: none. */
  augment?: Augmentation;
}

/**
 * Creates a loader without threads and files, for a browser. The data set's images must be pixels of the network's
 * size. It yields only full batches, bit for bit those of `createLoader` with `dropLast`.
 *
 * @throws {InvalidDataError} from the loop, if an image has another size or is not given as pixels.
 * @example
 * const loader = pageLoader(data, { batchSize: 16, seed: 1, preprocessing: defaultPreprocessing, augment: flipOnly });
 */
export function pageLoader(dataset: Dataset, options: PageLoaderOptions): Loader {
  const { batchSize, seed, preprocessing, augment } = checkOptions('pageLoader', options, {
    ...{ batchSize: 'number', seed: 'number', preprocessing: 'object', augment: 'object' },
  });
  checkArguments('pageLoader', { dataset }, { dataset: { has: ['length', 'classes'] } });
  const { height, width } = checkPreprocessing(preprocessing, 'pageLoader preprocessing');
  const changes = resolveAugmentation(augment ?? {});
  assertWithin('pageLoader', 'batchSize', batchSize);
  const batchesPerEpoch = Math.floor(dataset.length / batchSize);

  async function batchOf(indices: number[], epoch: number) {
    const images = new Float32Array(batchSize * height * width * 3);
    const labels = new Int32Array(batchSize);
    for (const [slot, index] of indices.entries()) {
      const { image, label, id } = await dataset.sample(index);
      const own = copyOf('pixels' in image ? image : undefined, id, height, width);
      const augmented = await augmentImage(own, changes, { seed, epoch, index });
      normalizeInto(images, slot, augmented, preprocessing);
      labels[slot] = label;
    }
    return {
      images: hostTensor('float32', [batchSize, height, width, 3], images),
      labels: hostTensor('int32', [batchSize], labels),
      indices,
    };
  }

  return {
    batchesPerEpoch,
    badSamples: [],
    async *batches({ epoch, start = 0, order }: EpochOptions): AsyncGenerator<Batch, void, void> {
      const places = order ?? epochOrder(dataset.length, seed, epoch, true);
      for (let position = start; position < batchesPerEpoch; position++) {
        const asked = performance.now();
        const indices = places.slice(position * batchSize, (position + 1) * batchSize);
        const batch = await batchOf(indices, epoch);
        yield { ...batch, position, waitMilliseconds: performance.now() - asked };
      }
    },
    close: async () => undefined,
  };
}

/** Copies the pixels, because augmentation may overwrite its input. */
function copyOf(image: RgbImage | undefined, id: string, height: number, width: number): RgbImage {
  if (image?.height === height && image.width === width)
    return { height, width, pixels: image.pixels.slice() };
  throw new InvalidDataError({
    where: `sample ${id}`,
    expected: `pixels, ${height} × ${width} of them`,
    received: image === undefined ? 'no pixels' : `${image.height} × ${image.width}`,
    fix: "Align the photographs to the network's size first (alignImage of @hm/align/browser).",
    fields: { id },
  });
}
