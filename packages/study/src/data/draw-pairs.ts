import type { ProtocolImage, VerificationPair, VerificationProtocol } from '@hm/datasets';
import { InvalidArgumentError, Rng } from '@hm/tensor/host';

/** Options of {@link drawPairs}. */
export interface DrawPairsOptions {
  name: string;
  folds: number;
  /** An even number: half genuine, half impostor. */
  pairsPerFold: number;
  seed: number;
}

/**
 * Draws pairs in the form of LFW's View 2 from people with any number of images. Folds have no person in common, each
 * has as many genuine as impostor pairs, and no pair occurs twice. A person is drawn first, then an image, so that
 * people with many images do not weigh more.
 *
 * @param people the indices of each person's images.
 * @throws {InvalidArgumentError} if there are too few people or images for that many pairs.
 */
export function drawPairs(
  people: readonly (readonly number[])[],
  images: readonly ProtocolImage[],
  { name, folds, pairsPerFold, seed }: DrawPairsOptions,
): VerificationProtocol {
  const rng = Rng.of(seed, `pairs of ${name}`);
  const shuffled = rng.shuffle([...people]);
  const pairs = Array.from({ length: folds }, (_, fold) => {
    const own = shuffled.filter((_, place) => place % folds === fold);
    const draw = (same: boolean) =>
      drawKind(rng, own, same, pairsPerFold / 2).map((pair) => ({ ...pair, fold }));
    return [...draw(true), ...draw(false)];
  }).flat();
  return { name, images, pairs, folds, official: false, notes: ['Pairs of the training set’s own kind.'] };
}

/** Number of tries per pair before people or images count as too few. */
const PATIENCE = 200;

function drawKind(
  rng: Rng,
  people: readonly (readonly number[])[],
  same: boolean,
  count: number,
): Omit<VerificationPair, 'fold'>[] {
  const able = same ? people.filter((images) => images.length > 1) : people;
  const drawn = new Map<string, Omit<VerificationPair, 'fold'>>();
  for (let tries = 0; drawn.size < count; tries++) {
    if (able.length < (same ? 1 : 2) || tries > PATIENCE * count) throw tooFew(people.length, count, same);
    const [first, second] = same ? twoOf(rng, able[rng.integer(able.length)]!) : twoPeople(rng, able);
    drawn.set([first, second].sort((a, b) => a - b).join(), { first, second, same });
  }
  return [...drawn.values()];
}

function twoOf<Item>(rng: Rng, items: readonly Item[]): [Item, Item] {
  const first = rng.integer(items.length);
  const other = rng.integer(items.length - 1);
  return [items[first]!, items[other + Number(other >= first)]!];
}

function twoPeople(rng: Rng, people: readonly (readonly number[])[]): [number, number] {
  const [first, second] = twoOf(rng, people);
  return [first[rng.integer(first.length)]!, second[rng.integer(second.length)]!];
}

const tooFew = (people: number, count: number, same: boolean) =>
  new InvalidArgumentError({
    where: 'plan.data.pairsPerFold',
    expected: `enough people and images for ${count} ${same ? 'genuine' : 'impostor'} pairs in a fold`,
    received: `${people} people`,
    fix: 'Lower pairsPerFold, or take more people.',
  });
