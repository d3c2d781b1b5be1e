import { resolve } from 'node:path';
import type { Dataset, ImageSource, ProtocolImage, VerificationProtocol } from '@hm/datasets';
import { InvalidArgumentError, Rng } from '@hm/tensor/host';
import { readAgreed } from '../read-agreed.ts';
import { type CleanedData, embeddingsOf, withoutMislabeled } from './clean-labels.ts';
import type { DrawnData, PhotographData } from './data-plan.ts';
import { drawPairs } from './draw-pairs.ts';
import { type NoisyData, withLabelNoise } from './label-noise.ts';

/** Opened data of a study. */
export interface StudyData {
  train: NoisyData | CleanedData;
  /** Pairs for choosing checkpoint and setting. */
  validation: VerificationProtocol;
  /** Tests by name. */
  tests: Readonly<Record<string, VerificationProtocol>>;
}

/**
 * Opens a plan's data, with every image decoded at the network's size, and splits the people into training, validation
 * and test. The data opened last are cached: most networks of a study see the same images, some with other labels.
 *
 * @param root folder that the plan's paths start from.
 * @throws {InvalidArgumentError} if there are too few people.
 * @throws {InvalidDataError} if a folder or an image is missing.
 */
export async function openStudyData(
  plan: DrawnData | PhotographData,
  imageSize: readonly [height: number, width: number],
  root: string,
): Promise<StudyData> {
  const { labelNoise = 0, clean, ...images } = plan;
  const key = JSON.stringify([images, imageSize, root]);
  if (lastOpened?.key !== key) lastOpened = { key, data: openImages(images, imageSize, root) };
  const { train, originals, ...others } = await lastOpened.data;
  const noisy = withLabelNoise(train, train.labels, { share: labelNoise, seed: plan.seed });
  if (clean === undefined) return { train: noisy, ...others };
  const model = await readAgreed(resolve(root, clean.model), clean.sha256, 'plan.data.clean');
  return { train: await withoutMislabeled(noisy, await embeddingsOf(model, originals)), ...others };
}

let lastOpened: { key: string; data: ReturnType<typeof openImages> } | undefined;

async function openImages(
  plan: DrawnData | PhotographData,
  imageSize: readonly [number, number],
  root: string,
) {
  const pool = plan.kind === 'drawn' ? await drawnPool(plan, imageSize[0]) : await photographPool(plan, root);
  const { train, validation, heldOut } = await splitPeople(pool, plan);
  const { seed, pairsPerFold } = plan;
  const protocolOf = async (name: string, people: readonly Person[], folds: number, pairs: number) => {
    const images = await decoded(
      people.flatMap(({ images }) => images),
      imageSize,
    );
    let next = 0;
    const places = people.map(({ images }) => images.map(() => next++));
    return drawPairs(places, images, { name, folds, pairsPerFold: pairs, seed });
  };
  return {
    train: await trainingSet(train, imageSize),
    originals: train.flatMap(({ images }) => images),
    validation: await protocolOf('validation', validation, 2, 5 * pairsPerFold),
    tests: {
      ...(heldOut.length > 0 && {
        heldOut: await protocolOf('held-out people', heldOut, 10, pairsPerFold),
      }),
      ...(plan.kind === 'photographs' &&
        plan.lfw && { lfw: await judged('lfwPairs', plan.lfw, imageSize, root) }),
      ...(plan.kind === 'photographs' &&
        plan.ytf && { ytf: await judged('ytfPairs', plan.ytf, imageSize, root) }),
    },
  };
}

interface Person {
  name: string;
  images: (ImageSource & { id: string })[];
}

async function drawnPool(plan: DrawnData, size: number): Promise<Dataset> {
  const { syntheticFaces } = await import('@hm/datasets');
  const { imagesPerIdentity, hardness, seed, validationPeople, heldOutPeople } = plan;
  const identities = plan.identities + validationPeople + heldOutPeople;
  return syntheticFaces({ identities, imagesPerIdentity, hardness, seed, size });
}

async function photographPool({ faces, exclude }: PhotographData, root: string): Promise<Dataset> {
  const { openDataset, readExclusion } = await import('@hm/datasets');
  const exclusion = exclude === undefined ? {} : await readExclusion(exclude, root);
  return openDataset(resolve(root, faces), { ...exclusion, allowUnknownExclude: true });
}

async function splitPeople(pool: Dataset, plan: DrawnData | PhotographData) {
  const people: Person[] = Array.from({ length: pool.classes }, (_, label) => ({
    name: pool.name(label),
    images: [],
  }));
  for (let index = 0; index < pool.length; index++) {
    const { image, label, id } = await pool.sample(index);
    people[label]!.images.push(named(image, id));
  }
  const { validationPeople, heldOutPeople, seed } = plan;
  if (pool.classes < validationPeople + heldOutPeople + 2) throw tooFewPeople(pool.classes, plan);
  const most = 'imagesPerPerson' in plan ? plan.imagesPerPerson : undefined;
  const shuffled = Rng.of(seed, 'people').shuffle(people.map((person) => thinned(person, most)));
  return {
    validation: shuffled.slice(0, validationPeople),
    heldOut: shuffled.slice(validationPeople, validationPeople + heldOutPeople),
    train: shuffled.slice(validationPeople + heldOutPeople),
  };
}

/** Adds an id to an image. Rendered pixels stay lazy, so that only images in use are drawn. */
const named = (image: ImageSource, id: string) =>
  Object.defineProperty(image as ImageSource & { id: string }, 'id', { value: id, enumerable: true });

const thinned = ({ name, images }: Person, most = images.length): Person => ({
  name,
  images: images.filter(
    (_, k) => Math.floor((k * most) / images.length) !== Math.floor(((k - 1) * most) / images.length),
  ),
});

async function trainingSet(people: readonly Person[], size: readonly [number, number]) {
  const images = await decoded(
    people.flatMap(({ images }) => images),
    size,
  );
  const labels = Int32Array.from(people.flatMap(({ images }, label) => images.map(() => label)));
  return {
    ...{ length: images.length, classes: people.length, labels },
    name: (label: number) => people[label]!.name,
    sample: (index: number) => ({ image: images[index]!, label: labels[index]!, id: images[index]!.id }),
  };
}

/** Opens LFW or YouTube Faces, by the name of its reader. */
async function judged(
  name: 'lfwPairs' | 'ytfPairs',
  { images, pairs }: NonNullable<PhotographData['lfw' | 'ytf']>,
  size: readonly [number, number],
  root: string,
): Promise<VerificationProtocol> {
  const datasets = await import('@hm/datasets');
  const list = pairs === undefined ? {} : { pairs: resolve(root, pairs) };
  const protocol = await datasets[name](resolve(root, images), list);
  return { ...protocol, images: await decoded(protocol.images, size) };
}

/** Largest number of bytes of pixels to hold in memory. Above that, images are decoded when needed. */
const MOST_HELD = 2 ** 31;

/** Decodes every image once, at the size that the network sees, so that no epoch decodes. */
async function decoded(
  images: readonly (ImageSource & { id: string })[],
  [height, width]: readonly [number, number],
): Promise<ProtocolImage[]> {
  if (images.length * height * width * 3 > MOST_HELD) return [...images];
  const { decodeImage } = await import('@hm/images');
  const pixels: ProtocolImage[] = [];
  for (const image of images) {
    const shown = await decodeImage(image, { height, width, name: image.id });
    pixels.push({ id: image.id, pixels: shown.pixels, height, width });
  }
  return pixels;
}

const tooFewPeople = (people: number, { validationPeople, heldOutPeople }: DrawnData | PhotographData) =>
  new InvalidArgumentError({
    where: 'plan.data',
    expected: `at least two people beside the ${validationPeople} who choose and the ${heldOutPeople} who judge`,
    received: `${people} people`,
    fix: 'Lower validationPeople or heldOutPeople, or give more people.',
  });
