import type { Preprocessing, ProtocolImage, VerificationPair, VerificationProtocol } from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';
import { decodeImage } from '#decode';
import type { TarAtFar } from '../metrics/tar-at-far.ts';

/**
 * Returns the notes that a reader of a score needs: the protocol's own, and those about pairs that a list should not
 * contain.
 */
export function pairNotes({ notes, images, templates, pairs }: VerificationProtocol): string[] {
  const { repeated, contradicted } = repetitions(pairs);
  const alone = pairs.filter(({ first, second }) => first === second);
  const nameOf = (index: number) => images[templates ? templates[index]![0]! : index]!.id;
  const name = (pair: VerificationPair) => `${nameOf(pair.first)} – ${nameOf(pair.second)}`;
  const say = (found: VerificationPair[], what: string) =>
    found.length === 0 ? [] : [`${count(found.length, 'pair')} ${what}, the first ${name(found[0]!)}.`];
  return [
    ...notes,
    ...say(repeated, 'repeated; every repetition is counted'),
    ...say(contradicted, 'listed both as genuine and as impostor'),
    ...say(alone, `of ${templates ? 'a template' : 'an image'} with itself`),
  ];
}

/** With fewer false accepts than this, the 95 % interval of a rate is wider than the rate itself. */
const FEW = 10;

/** Returns notes about false accept rates that are too fine for the number of impostor pairs. */
export function rateNotes(rates: readonly TarAtFar[]): string[] {
  const impostors = rates[0]?.impostors ?? 0;
  const list = (found: readonly TarAtFar[]) => found.map(({ far }) => far).join(', ');
  const missing = rates.filter(({ tar }) => tar === null);
  const coarse = rates.filter(({ tar, far }) => tar !== null && far * impostors < FEW);
  return [
    missing.length > 0 &&
      `TAR at FAR ${list(missing)} is not given: ${count(impostors, 'impostor pair')} cannot resolve a rate below ${(1 / impostors).toPrecision(2)}.`,
    coarse.length > 0 &&
      `TAR at FAR ${list(coarse)} rests on fewer than ${FEW} of ${count(impostors, 'impostor pair')}: another set of pairs may give quite another rate.`,
  ].filter((note) => note !== false);
}

/** Returns a note if the threshold was chosen on the same pairs. */
export const thresholdNotes = (threshold: number | 'best' | undefined): string[] =>
  threshold === 'best'
    ? ['The threshold was chosen on the pairs that it judges: the accuracy is optimistic.']
    : [];

/** Returns a note on the threshold at which groups were compared, if it is not that of the accuracy. */
export const operatingNotes = (fmr: number | undefined, threshold: number): string[] =>
  fmr === undefined
    ? []
    : [
        `Groups, and errors by quality, are judged where all impostor pairs together have a false match rate of ${fmr}: at the threshold ${threshold.toFixed(4)}.`,
      ];

/**
 * Returns a note if images had to be resized, judging by the first one. Unaligned photographs score far too low, and
 * nothing else shows it.
 */
export async function sizeNotes(image: ProtocolImage, { height, width }: Preprocessing): Promise<string[]> {
  const found = await decodeImage(image, { name: image.id });
  if (found.height === height && found.width === width) return [];
  return [
    `Images of ${found.height}×${found.width} were resized to the model's ${height}×${width}: without alignment to its template the score says little.`,
  ];
}

/** @throws {InvalidArgumentError} if a pair names an image that is not in the protocol. */
export function assertPairs({ name, images, templates, pairs }: VerificationProtocol): void {
  const { length } = templates ?? images;
  const known = (index: number) => Number.isInteger(index) && index >= 0 && index < length;
  const bad = pairs.findIndex(({ first, second }) => !known(first) || !known(second));
  if (pairs.length > 0 && bad === -1) return;
  throw new InvalidArgumentError({
    where: `verify ${name}`,
    expected: `pairs of indices into ${length} ${templates ? 'templates' : 'images'}`,
    received: bad === -1 ? 'no pairs' : `pair ${bad} of ${pairs[bad]!.first} and ${pairs[bad]!.second}`,
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

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
