import type { ProtocolImage } from '@hm/datasets';
import { checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { ComparisonData } from './comparison-data.ts';

/** Options of {@link renderedComparison}. */
export interface RenderedComparisonOptions {
  identities: number;
  imagesPerIdentity: number;
  /** Number of identities for the test, which are never trained on. */
  heldOut: number;
  imagesPerHeldOut: number;
  pairsPerFold: number;
  /** Hardness of the faces, from 0 to 1. */
  hardness: number;
  /** Height and width in pixels. */
  size: number;
  seed: number;
}

/**
 * Renders faces: some identities to train on, and others for a test with pairs in the form of LFW's View 2. Both are
 * kept in memory, since every loss reads them again.
 *
 * @throws {InvalidArgumentError} if the people for the test are too few for ten folds.
 * @example
 * const people = { identities: 100, imagesPerIdentity: 20, heldOut: 100, imagesPerHeldOut: 8 };
 * const data = await renderedComparison({ ...people, pairsPerFold: 200, hardness: 0.3, size: 112, seed: 1 });
 */
export async function renderedComparison(options: RenderedComparisonOptions): Promise<ComparisonData> {
  checkOptions('renderedComparison', options, {
    ...{ identities: 'number', imagesPerIdentity: 'number', heldOut: 'number', imagesPerHeldOut: 'number' },
    ...{ pairsPerFold: 'number', hardness: 'number', size: 'number', seed: 'number' },
  });
  assertHeldOut(options);
  const { preload, syntheticFaces, syntheticPairs } = await import('@hm/datasets');
  const { identities, imagesPerIdentity, heldOut, imagesPerHeldOut, pairsPerFold, hardness, size, seed } =
    options;
  const common = { hardness, size, seed };
  const train = syntheticFaces({ identities, imagesPerIdentity, ...common });
  const others = syntheticFaces({
    identities: heldOut,
    imagesPerIdentity: imagesPerHeldOut,
    firstIdentity: identities,
    ...common,
  });
  const protocol = syntheticPairs(others, { pairsPerFold, seed });
  return {
    description: `Rendered faces of hardness ${hardness}: ${identities} identities × ${imagesPerIdentity} images to train on, ${heldOut} others × ${imagesPerHeldOut} images for ${protocol.pairs.length} pairs.`,
    train: await preload(train),
    protocol: { ...protocol, images: await renderAll(protocol.images) },
  };
}

/** Number of folds in LFW's form, and by {@link syntheticPairs}' default. */
const FOLDS = 10;

/** @throws {InvalidArgumentError} if the people for the test are too few for ten folds. */
function assertHeldOut({ heldOut, imagesPerHeldOut, pairsPerFold }: RenderedComparisonOptions): void {
  if (heldOut < 2 * FOLDS)
    throw tooFew('--held-out', `at least ${2 * FOLDS}, two for each of ten folds`, heldOut, 2 * FOLDS);
  if (imagesPerHeldOut < 2)
    throw tooFew('--images-per-held-out', 'at least 2, a genuine pair', imagesPerHeldOut, 2);
  if (pairsPerFold % 2 !== 0)
    throw tooFew('--pairs-per-fold', 'an even number', pairsPerFold, pairsPerFold + 1);
}

const tooFew = (where: string, expected: string, received: number, right: number) =>
  new InvalidArgumentError({ where, expected, received, fix: `Pass ${where} ${right} or more.` });

/** Renders the pixels of images in worker threads. */
async function renderAll(images: readonly ProtocolImage[]): Promise<ProtocolImage[]> {
  const { imageList, preload } = await import('@hm/datasets');
  const data = await preload(imageList(images));
  return Promise.all(images.map(async ({ id }, index) => ({ ...(await data.sample(index)).image, id })));
}
