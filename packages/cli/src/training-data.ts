import type { Dataset } from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';
import { excludedNames } from './excluded-names.ts';
import { withoutUndefined } from './without-undefined.ts';

/** Where the training images come from. */
export interface DataOptions {
  data?: string;
  exclude?: string;
  minImages?: number;
  synthetic?: number;
  imagesPerIdentity: number;
  hardness: number;
  imageSize: [height: number, width: number];
  seed: number;
}

/**
 * Aligned faces in any form (a folder, where few images leave an identity out), or rendered ones that are kept in memory.
 *
 * @throws {InvalidArgumentError} unless exactly one of `data` and `synthetic` is given.
 */
export async function trainingData(options: DataOptions): Promise<Dataset> {
  const { data, synthetic, exclude, minImages, imagesPerIdentity, hardness, seed } = options;
  const { imageFolder, openDataset, preload, syntheticFaces } = await import('@hm/datasets');
  if ((data === undefined) === (synthetic === undefined)) throw notOneSource(data !== undefined);
  if (synthetic !== undefined) {
    const size = squareSize(options.imageSize);
    return preload(syntheticFaces({ identities: synthetic, imagesPerIdentity, hardness, seed, size }));
  }
  const open = minImages === undefined ? openDataset : imageFolder;
  return open(data!, { ...(await excludedNames(exclude)), ...withoutUndefined({ minImages }) });
}

/** Rendered faces are square. @throws {InvalidArgumentError} */
export function squareSize([height, width]: [number, number]): number {
  if (height === width) return height;
  throw new InvalidArgumentError({
    where: '--image-size',
    expected: 'a square size for rendered faces',
    received: `${height}x${width}`,
    fix: 'Pass one number, such as --image-size 112.',
  });
}

const notOneSource = (both: boolean) =>
  new InvalidArgumentError({
    where: 'hm train',
    expected: 'either --data FOLDER or --synthetic IDENTITIES',
    received: both ? 'both' : 'neither',
    fix: 'Pass one of them.',
  });
