import {
  decodeImage,
  type Preprocessing,
  type ProtocolImage,
  type VerificationPair,
  type VerificationProtocol,
} from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';
import type { TarAtFar } from './metrics/tar-at-far.ts';

/**
 * What a reader of a score must know about its pairs: the protocol's own notes, and pairs that a list should
 * not have.
 */
export function pairNotes({ notes, images, pairs }: VerificationProtocol): string[] {
  const { repeated, contradicted } = repetitions(pairs);
  const alone = pairs.filter(({ first, second }) => first === second);
  const name = (pair: VerificationPair) => `${nameOf(images, pair.first)} – ${nameOf(images, pair.second)}`;
  const say = (found: VerificationPair[], what: string) =>
    found.length === 0 ? [] : [`${count(found.length, 'pair')} ${what}, the first ${name(found[0]!)}.`];
  return [
    ...notes,
    ...say(repeated, 'repeated; every repetition is counted'),
    ...say(contradicted, 'listed both as genuine and as impostor'),
    ...say(alone, 'of an image with itself'),
  ];
}

/** Says which false accept rates were too fine for the number of impostor pairs. */
export function rateNotes(rates: readonly TarAtFar[]): string[] {
  const missing = rates.filter(({ tar }) => tar === null);
  if (missing[0] === undefined) return [];
  const { impostors } = missing[0];
  const list = missing.map(({ far }) => far).join(', ');
  return [
    `TAR at FAR ${list} is not given: ${count(impostors, 'impostor pair')} cannot resolve a rate below ${(1 / impostors).toPrecision(2)}.`,
  ];
}

/**
 * Says that images had to be resized, judged by the first: photographs that nobody aligned score far too low, and nothing
 * else shows it.
 */
export async function sizeNotes(image: ProtocolImage, { height, width }: Preprocessing): Promise<string[]> {
  const found = await decodeImage(image, { name: image.id });
  if (found.height === height && found.width === width) return [];
  return [
    `Images of ${found.height}×${found.width} were resized to the model's ${height}×${width}: without alignment to its template the score says little.`,
  ];
}

/** @throws {InvalidArgumentError} if a pair names an image that the protocol does not have. */
export function assertPairs({ name, images, pairs }: VerificationProtocol): void {
  const known = (index: number) => Number.isInteger(index) && index >= 0 && index < images.length;
  const bad = pairs.findIndex(({ first, second }) => !known(first) || !known(second));
  if (pairs.length > 0 && bad === -1) return;
  throw new InvalidArgumentError({
    where: `verify ${name}`,
    expected: `pairs of indices into ${images.length} images`,
    received:
      bad === -1 ? 'no pairs' : `pair ${bad} of images ${pairs[bad]!.first} and ${pairs[bad]!.second}`,
    fix: 'Check the pair list.',
    fields: { protocol: name, pair: bad },
  });
}

function repetitions(pairs: readonly VerificationPair[]) {
  const seen = new Map<string, VerificationPair>();
  const repeated: VerificationPair[] = [];
  const contradicted: VerificationPair[] = [];
  for (const pair of pairs) {
    const key = [pair.first, pair.second].sort((a, b) => a - b).join();
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, pair);
    else (earlier.same === pair.same ? repeated : contradicted).push(pair);
  }
  return { repeated, contradicted };
}

const nameOf = (images: readonly ProtocolImage[], index: number) => images[index]!.id;

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
