import type { EncodedSource, RgbImage, SkippedEntry } from '@hm/images';
import type { FaceRecipe } from './synthetic/face-recipe.ts';

/** An encoded file by path, a byte range of a file, encoded bytes in memory, or RGB pixels. */
export type ImageSource = EncodedSource | PixelSource;

/** Pixels of an image. */
export interface PixelSource extends RgbImage {
  /** Recipe of a rendered face. Workers render the pixels from it, instead of being sent `pixels`. */
  readonly recipe?: FaceRecipe;
}

/** One image with its class. */
export interface Sample {
  image: ImageSource;
  /** The class, from `[0, classes)`. */
  label: number;
  /** Name for error messages: a path relative to the data set, or a generated one. */
  id: string;
}

/**
 * What the loader reads. Any object with the required members is a data set. `sample` runs in the main thread, so it
 * should name a file or return bytes and leave decoding to the loader.
 *
 * @example
 * const two: Dataset = {
 *   length: 2,
 *   classes: 2,
 *   name: (label) => ['Ada', 'Grace'][label] ?? '',
 *   sample: (index) => ({ image: { path: `faces/${index}.jpg` }, label: index, id: `${index}.jpg` }),
 * };
 */
export interface Dataset {
  /** Number of images. */
  readonly length: number;
  /** Number of identities. */
  readonly classes: number;
  /** Returns the name of an identity. */
  name(label: number): string;
  /**
   * Class of each image, if the reader knows it without opening the image. Without it, the classes come from `sample`.
   */
  readonly labels?: Int32Array | undefined;
  /** Entries that were found but not used, from readers that search for images. */
  readonly skipped?: readonly SkippedEntry[] | undefined;
  /** Inconsistencies between the files, in words. */
  readonly problems?: readonly string[] | undefined;
  /** Returns the image at an index from `[0, length)`. */
  sample(index: number): Promise<Sample> | Sample;
}

/** Returns what a reader found besides samples, for a data set that is made from another one. */
export const factsOf = ({ skipped, problems }: Dataset): Pick<Dataset, 'skipped' | 'problems'> => ({
  ...(skipped && { skipped }),
  ...(problems && { problems }),
});
