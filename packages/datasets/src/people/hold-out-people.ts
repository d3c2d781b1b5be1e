import { checkArguments, checkOptions, InvalidArgumentError, Rng } from '@hm/tensor/host';
import type { Dataset } from '../dataset.ts';
import type { ProtocolImage, VerificationPair, VerificationProtocol } from '../protocol.ts';
import { drawWithoutRepetition, pairOfNumber, pairsAmong } from '../synthetic/synthetic-pairs.ts';
import { contiguousFolds } from '../verification-bin/contiguous-folds.ts';
import { labelsOf } from '../write/encoded-samples.ts';
import { type WithoutIdentities, withoutLabels } from './exclude-identities.ts';

/** Options of {@link holdOutPeople}. */
export interface HoldOutOptions {
  /** Random seed. Default 1. */
  seed?: number | undefined;
  /** Largest number of genuine pairs per person; as many impostor pairs are drawn. Default 20. */
  pairs?: number | undefined;
}

/** A data set split into people to train on and pairs of other people. */
export interface HeldOut {
  data: WithoutIdentities;
  /** Pairs of the held-out people, in ten folds, or one for each pair if there are fewer. */
  protocol: VerificationProtocol;
  /** The two people of each pair, by number. */
  people: { first: Int32Array; second: Int32Array };
}

/**
 * Holds out people of a data set, chosen by the seed. They show how a network does on people it was not trained on, and
 * when training should end.
 *
 * @throws {InvalidArgumentError} unless two people with two images each can be held out, and two are left.
 * @example
 * const { data, protocol } = await holdOutPeople(await imageFolder('mine'), 20);
 */
export async function holdOutPeople(
  dataset: Dataset,
  count: number,
  options: HoldOutOptions = {},
): Promise<HeldOut> {
  checkOptions('holdOutPeople', options, { seed: 'number', pairs: 'number' });
  checkArguments(
    'holdOutPeople',
    { dataset, count },
    { dataset: { has: ['length', 'classes'] }, count: 'number' },
  );
  const { seed = 1, pairs: most = 20 } = options;
  const rng = Rng.of(seed, 'holdOutPeople');
  const images = imagesByPerson(await labelsOf(dataset), dataset.classes);
  const usable = images.flatMap((own, label) => (own.length > 1 ? [label] : []));
  if (!(Number.isSafeInteger(count) && count >= 2 && count <= usable.length && count <= dataset.classes - 2))
    throw cannotHoldOut(count, Math.min(usable.length, dataset.classes - 2));
  const people = rng.shuffle(usable).slice(0, count);
  const genuine = people.flatMap((label) =>
    drawnPairs(rng, images[label]!, most).map((pair) => ({ pair, label })),
  );
  const impostors = genuine.map(() => {
    const [a, b] = rng.shuffle([...people]) as [number, number];
    return { a, b, pair: [rng.pick(images[a]!), rng.pick(images[b]!)] as const };
  });
  const pairs = genuine.flatMap(({ pair, label }, index) => {
    const other = impostors[index]!;
    return [
      { pair, same: true, of: [label, label] as const },
      { pair: other.pair, same: false, of: [other.a, other.b] as const },
    ];
  });
  // By label, because others may have the same names.
  const left = new Set(people);
  const data = await withoutLabels(dataset, (label) => left.has(label));
  return {
    data,
    protocol: await protocolOf(dataset, pairs),
    people: {
      first: Int32Array.from(pairs, ({ of }) => of[0]),
      second: Int32Array.from(pairs, ({ of }) => of[1]),
    },
  };
}

function imagesByPerson(labels: Int32Array, classes: number): number[][] {
  const images: number[][] = Array.from({ length: classes }, () => []);
  for (const [index, label] of labels.entries()) images[label]!.push(index);
  return images;
}

/** Up to this many pairs are listed to draw from: about a hundred megabytes, those of 1,400 images. */
const MOST_LISTED = 1_000_000;

/** Draws distinct pairs of one person's images. */
function drawnPairs(rng: Rng, images: readonly number[], most: number): (readonly [number, number])[] {
  const total = pairsAmong(images.length);
  if (total > MOST_LISTED)
    return drawWithoutRepetition(rng, total, Math.min(most, total)).map((number) => {
      const [i, j] = pairOfNumber(number);
      return [images[i]!, images[j]!];
    });
  const all = images.flatMap((first, at) => images.slice(at + 1).map((second) => [first, second] as const));
  return rng.shuffle(all).slice(0, most);
}

interface DrawnPair {
  pair: readonly [number, number];
  same: boolean;
}

async function protocolOf(dataset: Dataset, drawn: readonly DrawnPair[]): Promise<VerificationProtocol> {
  const places = new Map<number, number>();
  const images: ProtocolImage[] = [];
  for (const { pair } of drawn)
    for (const index of pair) {
      if (places.has(index)) continue;
      const { image, id } = await dataset.sample(index);
      places.set(index, images.push({ ...image, id }) - 1);
    }
  const folds = Math.min(10, drawn.length);
  const fold = contiguousFolds(drawn.length, folds);
  const pairs = drawn.map(
    ({ pair, same }, place): VerificationPair => ({
      first: places.get(pair[0])!,
      second: places.get(pair[1])!,
      same,
      fold: fold(place),
    }),
  );
  const notes = ['The pairs were drawn from people held out of the training data.'];
  return { name: 'people held out', images, pairs, folds, official: false, notes };
}

const cannotHoldOut = (count: number, most: number) =>
  new InvalidArgumentError({
    where: 'holdOutPeople',
    expected: `from 2 to ${Math.max(2, most)} people, of those with two images or more`,
    received: count,
    fix: 'Hold out fewer people, or collect more images of them.',
    fields: { most },
  });
