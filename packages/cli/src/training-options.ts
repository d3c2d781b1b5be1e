import { Option } from '@commander-js/extra-typings';
import type { Augmentation, Dataset } from '@hm/datasets';
import type { Head, HeadOptions } from '@hm/losses';
import type { Backbone, ResNetOptions } from '@hm/resnet';
import { InvalidArgumentError } from '@hm/tensor/host';
import type { Recipe } from '@hm/train';
import { imageSize } from './parse-option.ts';
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
 * A folder of aligned faces, or rendered ones that are kept in memory.
 *
 * @throws {InvalidArgumentError} unless exactly one of `data` and `synthetic` is given.
 */
export async function trainingData(options: DataOptions): Promise<Dataset> {
  const { data, synthetic, exclude, minImages, imagesPerIdentity, hardness, seed } = options;
  const { imageFolder, inMemory, readNameList, syntheticFaces } = await import('@hm/datasets');
  if ((data === undefined) === (synthetic === undefined)) throw notOneSource(data !== undefined);
  if (synthetic !== undefined) {
    const size = squareSize(options.imageSize);
    return inMemory(syntheticFaces({ identities: synthetic, imagesPerIdentity, hardness, seed, size }));
  }
  const names = exclude === undefined ? undefined : await readNameList(exclude);
  return imageFolder(data!, withoutUndefined({ exclude: names, minImages }));
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

/** A loss by its name. @throws {InvalidArgumentError} if an option is none of that loss's. */
export async function lossHead(name: string, options: Record<string, unknown> = {}): Promise<Head> {
  const { headByName } = await import('@hm/losses');
  const head = headByName(name, options as HeadOptions);
  assertKnown(name, options, head.config);
  return head;
}

function assertKnown(
  name: string,
  given: Record<string, unknown>,
  known: Readonly<Record<string, unknown>>,
): void {
  const unknown = Object.keys(given).filter((option) => !(option in known));
  if (unknown.length === 0) return;
  throw new InvalidArgumentError({
    where: `--loss-options of ${name}`,
    expected: `options among ${Object.keys(known).join(', ') || 'none'}`,
    received: unknown.join(', '),
    fix: 'Take the names from the table of losses in the README of @hm/losses.',
  });
}

/** Which backbone to train. */
export interface BackboneOptions extends ResNetOptions {
  backbone: 'resnet18' | 'resnet34';
}

/** A backbone by its name. */
export async function backboneOf({ backbone, ...options }: BackboneOptions): Promise<Backbone> {
  const { resnet18, resnet34 } = await import('@hm/resnet');
  return { resnet18, resnet34 }[backbone](options);
}

/** What may be changed about a recipe. */
export interface RecipeOptions {
  recipe: 'paper' | 'quick';
  epochs?: number;
  batch?: number;
  lr?: number;
  clipNorm?: number;
  augment?: 'none' | 'flip' | 'standard';
}

/** A named recipe with what was typed in its place. */
export async function recipeOf(options: RecipeOptions): Promise<Recipe> {
  const { recipe, epochs, batch: batchSize, lr: learningRate, clipNorm, augment } = options;
  const { paper, quick } = await import('@hm/train');
  const changes = { epochs, batchSize, learningRate, clipNorm, augment: await augmentation(augment) };
  return { ...{ paper, quick }[recipe], ...withoutUndefined(changes) };
}

async function augmentation(name: RecipeOptions['augment']): Promise<Augmentation | undefined> {
  if (name === undefined) return undefined;
  const { flipOnly, standard } = await import('@hm/datasets');
  return { none: {}, flip: flipOnly, standard }[name];
}

/** The names of the providers, for an option of a command. */
export const providerOption = () =>
  new Option('--provider <name>', 'where ONNX Runtime runs; hm doctor says which can be used')
    .choices(['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const)
    .default('cpu' as const);

/** Height and width of the network's images. */
export const imageSizeOption = (description: string) =>
  new Option('--image-size <pixels>', description)
    .argParser(imageSize)
    .default([112, 112] as [number, number], '112');
