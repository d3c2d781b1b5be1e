import type { Dataset, ProtocolImage, VerificationProtocol } from '@hm/datasets';

/** What a study trains on and is judged by: they share nobody. */
export interface StudyData {
  /** A sentence for the report. */
  description: string;
  train: Dataset;
  protocol: VerificationProtocol;
}

/** How many faces are rendered. */
export interface SyntheticStudyOptions {
  identities: number;
  imagesPerIdentity: number;
  /** Identities to be judged by, which are never trained on. */
  heldOut: number;
  imagesPerHeldOut: number;
  pairsPerFold: number;
  /** 0 to 1. */
  hardness: number;
  /** Height and width in pixels. */
  size: number;
  seed: number;
}

/**
 * Rendered faces: some identities to train on, others to be judged by with pairs in the form of LFW's View 2. Both are
 * kept in memory, as every loss reads them again.
 */
export async function syntheticStudyData(options: SyntheticStudyOptions): Promise<StudyData> {
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

/** The images with their pixels, rendered in worker threads. */
async function renderAll(images: readonly ProtocolImage[]): Promise<ProtocolImage[]> {
  const { imageList, preload } = await import('@hm/datasets');
  const data = await preload(imageList(images));
  return Promise.all(images.map(async ({ id }, index) => ({ ...(await data.sample(index)).image, id })));
}
