import { checkArguments } from '@hm/tensor/host';
import type { Dataset, ImageSource } from './dataset.ts';

/**
 * Makes a data set of a list of images, so that the loader can decode it; `label` is the image's index in the list.
 *
 * @example
 * const loader = createLoader(imageList(protocol.images), { batchSize: 32, seed: 0, shuffle: false, preprocessing });
 */
export const imageList = (images: readonly (ImageSource & { id: string })[]): Dataset => {
  checkArguments('imageList', { images }, { images: 'array' });
  return {
    length: images.length,
    classes: images.length,
    name: (label) => images[label]!.id,
    sample: (index) => ({ image: images[index]!, label: index, id: images[index]!.id }),
  };
};
