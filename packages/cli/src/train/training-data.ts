import type { Dataset } from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';
import { describeLeftOut } from '../data/describe-left-out.ts';
import { type OpenDataOptions, openData } from '../data/open-data.ts';
import { tell } from '../output/print.ts';

/** Options of the training data. */
export interface DataOptions extends OpenDataOptions {
  data?: string;
  synthetic?: number;
  imagesPerIdentity: number;
  hardness: number;
  imageSize: [height: number, width: number];
  seed: number;
}

/**
 * Opens the training data: aligned faces in any format, or rendered faces, which are kept in memory. `minImages` leaves
 * out identities of a folder that have fewer images.
 *
 * @throws {InvalidArgumentError} unless exactly one of `data` and `synthetic` is given.
 */
export async function trainingData(options: DataOptions): Promise<Dataset> {
  const { data, synthetic, imagesPerIdentity, hardness, seed } = options;
  const { preload, syntheticFaces } = await import('@hm/datasets');
  if ((data === undefined) === (synthetic === undefined)) throw notOneSource(data !== undefined);
  if (synthetic !== undefined) {
    const size = squareSize(options.imageSize);
    return preload(syntheticFaces({ identities: synthetic, imagesPerIdentity, hardness, seed, size }));
  }
  const opened = await openData(data!, options);
  await warn(opened, options.imageSize);
  return opened;
}

/** Reports on stderr what is left out of the data, and how its images differ from the network's input. */
async function warn(dataset: Dataset, [height, width]: [height: number, width: number]): Promise<void> {
  const { imageAdvice } = await import('@hm/datasets');
  const left = describeLeftOut(dataset.skipped?.filter(({ missed }) => missed));
  if (left !== '') tell(left);
  for (const advice of await imageAdvice(dataset, { height, width })) tell(`Note: ${advice}`);
}

/** Returns the side of rendered faces. @throws {InvalidArgumentError} if the size is not square */
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
