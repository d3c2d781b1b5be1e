import { InvalidArgumentError } from '@hm/tensor/host';

/** Facts about an image besides its embedding. */
export interface ImageFacts {
  id?: string;
  /** The video or photograph that it is from. An image without one counts as a medium of its own. */
  media?: string | number | undefined;
  /** Quality, for example the detector's score. */
  quality?: number | undefined;
}

/** Returns the Euclidean length of a vector. */
export const lengthOf = (row: Float32Array): number => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));

/** @throws {InvalidArgumentError} if the image has no quality. */
export function qualityOf(images: readonly ImageFacts[], image: number): number {
  const { quality, id = `image ${image}` } = images[image]!;
  if (quality !== undefined && Number.isFinite(quality)) return quality;
  throw new InvalidArgumentError({
    where: 'poolTemplates',
    expected: 'a finite quality for every image, such as the score of its detection',
    received: `${quality} for ${id}`,
    fix: 'Give each image a quality, or do not choose or weigh by it.',
    fields: { image: id },
  });
}
