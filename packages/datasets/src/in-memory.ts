import { readEncoded } from '@hm/images';
import { checkArguments } from '@hm/tensor/host';
import { type Dataset, factsOf, type ImageSource, type Sample } from './dataset.ts';

/**
 * Caches what a data set has read: the bytes of files, and pixels that are computed on demand. For data sets that fit
 * into memory and are read for several epochs. An image given as pixels takes `3 · height · width` bytes.
 *
 * @throws {InvalidDataError} from `sample`, if a file cannot be read.
 * @example
 * const data = inMemory(syntheticFaces({ identities: 100, imagesPerIdentity: 20, hardness: 0.3, seed: 7 }));
 */
export function inMemory(dataset: Dataset): Dataset {
  checkArguments('inMemory', { dataset }, { dataset: { has: ['length', 'classes'] } });
  const kept = new Map<number, Sample>();
  return {
    length: dataset.length,
    classes: dataset.classes,
    name: (label) => dataset.name(label),
    get labels() {
      return dataset.labels;
    },
    ...factsOf(dataset),
    sample: (index) => kept.get(index) ?? read(dataset, index, kept),
  };
}

function read(dataset: Dataset, index: number, kept: Map<number, Sample>): Sample | Promise<Sample> {
  const keep = (sample: Sample): Sample => {
    const held = { ...sample, image: hold(sample.image) };
    kept.set(index, held);
    return held;
  };
  const answer = dataset.sample(index);
  const isThere = !('then' in answer) && 'pixels' in answer.image;
  return isThere ? keep(answer) : Promise.resolve(answer).then(keep);
}

/** Returns the image's bytes or pixels to keep. Reading `pixels` computes them if they are computed on demand. */
function hold(image: ImageSource): ImageSource {
  if (!('pixels' in image)) return { bytes: readEncoded(image) };
  return { pixels: image.pixels, height: image.height, width: image.width };
}
