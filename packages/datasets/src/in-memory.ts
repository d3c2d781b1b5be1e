import { readFile } from 'node:fs/promises';
import type { Dataset, ImageSource, Sample } from './dataset.ts';
import { badImage } from './decode-image.ts';
import { readAt } from './files/read-at.ts';

/**
 * A data set that keeps what it has read: the bytes of files, and pixels that are computed on demand. For sets that fit
 * into memory and are read for several epochs; an image of pixels takes `3 · height · width` bytes.
 *
 * @throws {InvalidDataError} from `sample`, if a file cannot be read.
 * @example
 * const data = inMemory(syntheticFaces({ identities: 100, imagesPerIdentity: 20, hardness: 0.3, seed: 7 }));
 */
export function inMemory(dataset: Dataset): Dataset {
  const kept = new Map<number, Sample>();
  return {
    length: dataset.length,
    classes: dataset.classes,
    name: (label) => dataset.name(label),
    get labels() {
      return dataset.labels;
    },
    sample: (index) => kept.get(index) ?? read(dataset, index, kept),
  };
}

function read(dataset: Dataset, index: number, kept: Map<number, Sample>): Sample | Promise<Sample> {
  const keep = (sample: Sample, image: ImageSource): Sample => {
    const held = { ...sample, image };
    kept.set(index, held);
    return held;
  };
  const answer = dataset.sample(index);
  if ('then' in answer || 'path' in answer.image) return readLater(answer, keep);
  return keep(answer, held(answer.image));
}

async function readLater(
  answer: Sample | Promise<Sample>,
  keep: (sample: Sample, image: ImageSource) => Sample,
) {
  const sample = await answer;
  return keep(
    sample,
    'path' in sample.image ? { bytes: await bytesOf(sample.image.path) } : held(sample.image),
  );
}

/** Reading `pixels` once computes them, if they are computed at all. */
function held(image: Exclude<ImageSource, { path: string }>): ImageSource {
  if ('pixels' in image) return { pixels: image.pixels, height: image.height, width: image.width };
  return 'file' in image ? { bytes: readAt(image.file, image.offset, image.length) } : image;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw badImage(path, (cause as Error).message, cause);
  }
}
