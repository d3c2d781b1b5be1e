import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkArguments, checkOptions, InvalidDataError } from '@hm/tensor/host';
import { droppedPairs } from '../dropped-pairs.ts';
import { readText } from '../people/name-list.ts';
import type { ProtocolImage, VerificationPair, VerificationProtocol } from '../protocol.ts';
import { archiveFinder, isArchive } from './archive-finder.ts';
import { type FoundImage, imageFinder } from './image-finder.ts';
import { type NamedPair, type PairList, parsePairs } from './parse-pairs.ts';

/** Options of {@link lfwPairs}. */
export interface LfwPairsOptions {
  /** Path of the pair list. Default: `pairs.txt` in the root or beside it. */
  pairs?: string;
  /** Drop pairs with a missing image instead of throwing; the score is then not official. Default false. */
  skipMissing?: boolean;
}

/**
 * Opens Labeled Faces in the Wild, or any folder and list in its form: images at `root/<Name>/<Name>_%04d.jpg` (or
 * jpeg, png, webp), or the published archive `lfw.tgz`. `official` is true only for View 2's own `pairs.txt`,
 * recognised by its SHA-256, with every pair kept.
 *
 * @throws {InvalidDataError} if the root, the list or an image is missing (naming the list's line), or if the list is
 * malformed.
 * @see Huang et al., Labeled Faces in the Wild, technical report 07-49, 2007
 * @example
 * const { pairs, folds } = await lfwPairs('lfw-112x112'); // 6000 pairs in 10 folds
 */
export async function lfwPairs(root: string, options: LfwPairsOptions = {}): Promise<VerificationProtocol> {
  checkOptions('lfwPairs', options, { pairs: 'string', skipMissing: 'boolean' });
  checkArguments('lfwPairs', { root }, { root: 'string' });
  const path = options.pairs ?? (await defaultPairs(root));
  const text = await readText(path, 'a list of pairs');
  const list = parsePairs(text, path);
  const find = isArchive(root)
    ? await archiveFinder(
        root,
        list.pairs.flatMap(({ first, second }) => [first, second]),
      )
    : await imageFinder(root);
  const images = new ImageTable();
  const pairs: VerificationPair[] = [];
  const missing: MissingPair[] = [];
  for (const pair of list.pairs) {
    const [first, second] = [await find(pair.first), await find(pair.second)];
    if (first.source && second.source) {
      pairs.push({ first: images.add(first), second: images.add(second), same: pair.same, fold: pair.fold });
    } else missing.push({ pair, image: first.source ? second : first });
  }
  if (missing[0] && (!options.skipMissing || pairs.length === 0))
    throw missingImage(path, missing[0], missing.length);
  return { ...describe(text, list, path, missing), images: images.list, pairs, folds: list.folds };
}

interface MissingPair {
  pair: NamedPair;
  image: FoundImage;
}

/** Images in the order of their first use. */
class ImageTable {
  readonly list: ProtocolImage[] = [];
  readonly #places = new Map<string, number>();

  add({ id, source }: FoundImage): number {
    const place = this.#places.get(id) ?? this.list.push({ id, ...source! }) - 1;
    this.#places.set(id, place);
    return place;
  }
}

const views: Record<string, string> = {
  ea42330c62c92989f9d7c03237ed5d591365e89b3e649747777b70e692dc1592: 'LFW View 2',
  '1d454dada7dfeca0e7eab6f65dc4e97a6312d44cf142207be28d688be92aabfa': 'LFW View 1, training',
  '7cb06600ea8b2814ac26e946201cdb304296262aad67d046a16a7ec85d0ff87c': 'LFW View 1, test',
};

function describe(text: string, list: PairList, path: string, missing: readonly MissingPair[]) {
  const canonical = `${text.replaceAll('\r', '').trimEnd()}\n`;
  const view = views[createHash('sha256').update(canonical).digest('hex')];
  const notes: string[] = [];
  if (view === undefined) notes.push(`The pairs of ${basename(path)} are not those that LFW publishes.`);
  else if (list.folds === 1) notes.push('View 1 is meant for choosing a model, not for reporting its score.');
  const names = missing.map(({ image }) => image.id);
  if (names.length > 0) notes.push(droppedPairs(names, list.pairs.length, 'an image'));
  return { name: view ?? basename(path), official: view === 'LFW View 2' && names.length === 0, notes };
}

async function defaultPairs(root: string): Promise<string> {
  const places = [join(root, 'pairs.txt'), join(root, '..', 'pairs.txt')].slice(isArchive(root) ? 1 : 0);
  for (const place of places) if (await stat(place).catch(() => undefined)) return place;
  throw new InvalidDataError({
    where: 'lfwPairs',
    expected: `a list of pairs at ${places.join(' or ')}`,
    received: 'neither',
    fix: 'Pass its path as the option pairs.',
    fields: { path: root, places },
  });
}

const missingImage = (path: string, { pair, image }: MissingPair, count: number) =>
  new InvalidDataError({
    where: `${path}:${pair.line}`,
    expected: `an image ${image.expected}`,
    received: `no such file (${count} ${count === 1 ? 'pair lacks' : 'pairs lack'} an image)`,
    fix: 'Restore the image, or pass skipMissing: true for a score that is not the official one.',
    fields: { path, line: pair.line, image: image.expected, missingPairs: count },
  });
