import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, Exclusion, ImageFolder, ImageSource, Sample } from '@hm/datasets';
import { readTextIfThere } from '@hm/tensor/files';
import { checkOptions, InvalidDataError } from '@hm/tensor/host';
import type { ComparisonData } from './comparison-data.ts';

/** Options of `alignFolder` of @hm/align for a folder of a comparison. */
export interface ComparisonAlignment {
  prefer?: 'center';
  noFace?: 'center';
  centerFraction?: number;
}

/** Options of {@link photographComparison}. */
export interface PhotographComparisonOptions {
  /** Folder of photographs to train on, with one folder for each identity. */
  data: string;
  /** Folder of LFW, or one in its form. */
  lfw: string;
  pairs?: string;
  /** People to leave out of training because LFW shows them too: a file with one name per line, or `casia-lfw`. */
  exclude?: string;
  /**
   * Folder for images that have to be aligned. Faces of photographs that are no longer there may stay in it; they are
   * not trained on.
   */
  aligned: string;
  /** Callback that aligns a folder into another one. */
  align: (input: string, output: string, options: ComparisonAlignment) => Promise<void>;
}

/**
 * Opens folders of photographs. Each of the two that is not aligned yet (its images are not all 112 × 112) is aligned
 * first, into `aligned`.
 *
 * @throws {InvalidDataError} if a folder, the list of pairs or an image is missing.
 * @example
 * const folders = { data: 'faces', lfw: 'lfw', aligned: 'report/aligned' };
 * const data = await photographComparison({
 *   ...folders,
 *   async align(input, output, options) {
 *     for await (const event of alignFolder(input, output, options)) if (event.kind === 'done') console.log(event.summary);
 *   },
 * });
 */
export async function photographComparison(options: PhotographComparisonOptions): Promise<ComparisonData> {
  checkOptions('photographComparison', options, {
    ...{ data: 'string', lfw: 'string', pairs: 'string', exclude: 'string', aligned: 'string' },
    align: 'function',
  });
  const { lfw, exclude, aligned } = options;
  const { imageFolder, lfwPairs, readExclusion } = await import('@hm/datasets');
  const exclusion: Exclusion = exclude === undefined ? { exclude: [] } : await readExclusion(exclude);
  const pairs = options.pairs ?? (await pairsOf(lfw));
  const [folder, protocol] = [await imageFolder(options.data, exclusion), await lfwPairs(lfw, { pairs })];

  const images = Array.from({ length: folder.length }, (_, index) => folder.sample(index));
  const trainSources = (await Promise.all(images)).map(({ image }) => image);
  const trainRoot = await alignedRoot(options, options.data, join(aligned, 'data'), trainSources, {});
  const lfwRoot = await alignedRoot(options, lfw, join(aligned, 'lfw'), protocol.images, forLfw);

  const train =
    trainRoot === options.data
      ? folder
      : await withoutFormer(await imageFolder(trainRoot, { ...exclusion, allowUnknownExclude: true }));
  return {
    description: `Photographs: ${train.length} images of ${train.classes} identities to train on, ${exclusion.exclude.length} identities left out.`,
    train,
    protocol: lfwRoot === lfw ? protocol : await lfwPairs(lfwRoot, { pairs }),
  };
}

/**
 * Leaves out faces of photographs that have been removed since they were aligned. `alignFolder` keeps the faces, but
 * its manifest has only the photographs that are there now. Another aligner may keep no manifest.
 */
async function withoutFormer(folder: ImageFolder): Promise<Dataset> {
  const manifest = await readTextIfThere(join(folder.root, 'alignment.jsonl'));
  if (manifest === undefined) return folder;
  const records: { output: string | null }[] = manifest
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const outputs = new Set(records.map(({ output }) => output));
  const samples = Array.from({ length: folder.length }, (_, index) => folder.sample(index) as Sample);
  const kept = samples.filter(({ id }) => outputs.has(id));
  const people = [...new Set(kept.map(({ label }) => label))];
  const places = new Map(people.map((label, place) => [label, place]));
  const labels = Int32Array.from(kept, ({ label }) => places.get(label)!);
  return {
    ...{ length: kept.length, classes: people.length, labels, skipped: folder.skipped },
    name: (label) => folder.name(people[label]!),
    sample: (index) => ({ ...kept[index]!, label: labels[index]! }),
  };
}

/** LFW's photographs are cropped around their subject, and no pair may be lost. */
const forLfw: ComparisonAlignment = { prefer: 'center', noFace: 'center', centerFraction: 0.45 };

async function alignedRoot(
  { align }: PhotographComparisonOptions,
  root: string,
  output: string,
  images: readonly ImageSource[],
  options: ComparisonAlignment,
): Promise<string> {
  if (await areAligned(images)) return root;
  await align(root, output, options);
  return output;
}

/** Number of images that are checked, evenly spread. */
const LOOKED_AT = 40;

async function areAligned(images: readonly ImageSource[]): Promise<boolean> {
  const { decodeImage } = await import('@hm/images');
  const step = Math.max(1, Math.floor(images.length / LOOKED_AT));
  for (const image of images.filter((_, index) => index % step === 0)) {
    if (!('path' in image)) continue;
    const decoded = await decodeImage({ path: image.path }).catch(() => undefined);
    if (decoded !== undefined && (decoded.height !== 112 || decoded.width !== 112)) return false;
  }
  return true;
}

async function pairsOf(root: string): Promise<string> {
  const places = [join(root, 'pairs.txt'), join(root, '..', 'pairs.txt')];
  for (const place of places) if (await stat(place).catch(() => undefined)) return place;
  throw new InvalidDataError({
    where: root,
    expected: `a list of pairs at ${places.join(' or ')}`,
    received: 'neither',
    fix: 'Pass --pairs FILE.',
    fields: { path: root, places },
  });
}
