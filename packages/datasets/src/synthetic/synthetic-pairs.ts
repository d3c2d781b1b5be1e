import { checkArguments, checkOptions, InvalidArgumentError, Rng } from '@hm/tensor/host';
import type { ProtocolImage, VerificationPair, VerificationProtocol } from '../protocol.ts';
import type { SyntheticFaces } from './synthetic-faces.ts';

/** Options of {@link syntheticPairs}. */
export interface SyntheticPairsOptions {
  /** Number of folds to score in, each with its own people. Default 10. */
  folds?: number;
  /** Number of pairs in each fold, even: half genuine, half impostor. LFW has 600. */
  pairsPerFold: number;
  seed: number | string;
}

/**
 * Draws pairs in the form of LFW's View 2: folds share nobody, each has as many genuine as impostor pairs, and no pair
 * occurs twice. Images are rendered when their pixels are read.
 *
 * @throws {InvalidArgumentError} if there are too few people for so many folds or pairs.
 * @example
 * const faces = syntheticFaces({ identities: 100, imagesPerIdentity: 8, hardness: 0.3, seed: 7, firstIdentity: 5000 });
 * const protocol = syntheticPairs(faces, { pairsPerFold: 120, seed: 1 });
 */
export function syntheticPairs(faces: SyntheticFaces, options: SyntheticPairsOptions): VerificationProtocol {
  checkOptions('syntheticPairs', options, {
    ...{ folds: 'number', pairsPerFold: 'number', seed: ['string', 'number'] },
  });
  checkArguments('syntheticPairs', { faces }, { faces: 'object' });
  const all = { folds: 10, ...options };
  validate(faces, all);
  const rng = Rng.of(all.seed, 'pairs');
  const people = rng.shuffle(Array.from({ length: faces.classes }, (_, label) => label));
  const pairs = Array.from({ length: all.folds }, (_, fold) =>
    pairsOfFold(
      rng,
      fold,
      peopleOfFold(people, fold, all.folds),
      faces.options.imagesPerIdentity,
      all.pairsPerFold / 2,
    ),
  ).flat();
  const used = [...new Set(pairs.flatMap(({ first, second }) => [first, second]))].sort((a, b) => a - b);
  const place = new Map(used.map((index, position) => [index, position]));
  return {
    name: `synthetic-faces-hardness-${faces.options.hardness}`,
    images: imagesOf(faces, used),
    pairs: pairs.map((pair) => ({ ...pair, first: place.get(pair.first)!, second: place.get(pair.second)! })),
    folds: all.folds,
    official: false,
    notes: ['Rendered faces: scores say nothing about photographs.'],
  };
}

/** Returns a fold's share of the people, as even as possible. */
const peopleOfFold = (people: readonly number[], fold: number, folds: number): readonly number[] =>
  people.slice(Math.floor((fold * people.length) / folds), Math.floor(((fold + 1) * people.length) / folds));

/**
 * Draws a fold's pairs. Both kinds of pairs are numbered and numbers are drawn, so no list of all pairs is ever made.
 */
function pairsOfFold(
  rng: Rng,
  fold: number,
  people: readonly number[],
  images: number,
  count: number,
): VerificationPair[] {
  const image = (person: number, number: number) => people[person]! * images + number;
  const within = pairsAmong(images);
  const genuine = drawWithoutRepetition(rng, people.length * within, count).map((number) => {
    const person = Math.floor(number / within);
    const [i, j] = pairOfNumber(number % within);
    return { first: image(person, i), second: image(person, j), same: true, fold };
  });
  const across = images * images;
  const impostor = drawWithoutRepetition(rng, pairsAmong(people.length) * across, count).map((number) => {
    const [a, b] = pairOfNumber(Math.floor(number / across));
    const [i, j] = [Math.floor((number % across) / images), number % images];
    return { first: image(a, i), second: image(b, j), same: false, fold };
  });
  return [...genuine, ...impostor];
}

/**
 * Returns the protocol's images. Only the pixels read last are kept, so a protocol of thousands of images holds one.
 */
function imagesOf(faces: SyntheticFaces, indices: readonly number[]): ProtocolImage[] {
  let last: { index: number; pixels: Uint8Array } | undefined;
  return indices.map((index) => {
    const { image, id } = faces.sample(index);
    const shown = {
      id,
      height: image.height,
      width: image.width,
      get pixels() {
        if (last?.index !== index) last = { index, pixels: faces.sample(index).image.pixels };
        return last.pixels;
      },
    };
    // Not enumerable, as in a data set: a copy with other pixels must not keep it.
    return Object.defineProperty(shown, 'recipe', { value: image.recipe });
  });
}

function validate(
  { classes, options }: SyntheticFaces,
  { folds, pairsPerFold }: { folds: number; pairsPerFold: number },
): void {
  if (!Number.isSafeInteger(folds) || folds < 1 || folds > classes / 2) {
    refuse(
      `folds from 1 to ${Math.floor(classes / 2)}, so that each has two people`,
      folds,
      'Ask for fewer folds or render more identities.',
    );
  }
  if (!Number.isSafeInteger(pairsPerFold) || pairsPerFold < 2 || pairsPerFold % 2 !== 0) {
    refuse(
      'pairsPerFold to be an even number of at least 2',
      pairsPerFold,
      'Half of the pairs are genuine: choose an even number.',
    );
  }
  const people = Math.floor(classes / folds);
  const images = options.imagesPerIdentity;
  const most = 2 * Math.min(people * pairsAmong(images), pairsAmong(people) * images * images);
  if (pairsPerFold > most) {
    refuse(
      `pairsPerFold of at most ${most} with ${people} people of ${images} images in a fold`,
      pairsPerFold,
      'Ask for fewer pairs or render more images.',
    );
  }
}

function refuse(expected: string, received: number, fix: string): never {
  throw new InvalidArgumentError({ where: 'syntheticPairs', expected, received, fix });
}

/** Draws `count` different integers from `[0, total)`, every such set equally likely (Floyd's algorithm). */
export function drawWithoutRepetition(rng: Rng, total: number, count: number): number[] {
  const drawn = new Set<number>();
  for (let last = total - count; last < total; last++) {
    const candidate = rng.integer(last + 1);
    drawn.add(drawn.has(candidate) ? last : candidate);
  }
  return [...drawn];
}

/** Returns the pair `i < j` with a number in the list (0,1), (0,2), (1,2), (0,3), …: number `j (j − 1) / 2 + i`. */
export function pairOfNumber(number: number): readonly [i: number, j: number] {
  let j = Math.floor((1 + Math.sqrt(1 + 8 * number)) / 2);
  if ((j * (j - 1)) / 2 > number) j -= 1;
  return [number - (j * (j - 1)) / 2, j];
}

/** Returns the number of pairs among `count` items. */
export const pairsAmong = (count: number): number => (count * (count - 1)) / 2;
