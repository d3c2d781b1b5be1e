import { checkArguments, checkOptions, type HostTensor, InvalidArgumentError } from '@hm/tensor/host';
import type { LabeledEmbeddings } from '../identification/labeled-embeddings.ts';
import { exactIndex } from '../search/exact-index.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { quantile } from '../statistics/quantile.ts';
import { withoutMislabeled } from './find-mislabeled.ts';
import { type Centers, type Faces, facesOf, type PersonName, similarityToOthers } from './person-centers.ts';

/** Two names that appear to be the same person. */
export interface SamePeople {
  first: PersonName;
  second: PersonName;
  /** Mean cosine of the images of the person with fewer images to the center of the other. */
  similarity: number;
  /** The two most similar images, as evidence: a row of the first set and one of the second. */
  rows: readonly [number, number];
  /** Cosine of the two images in `rows`. */
  closest: number;
}

/** People with two names, and the threshold that was used. */
export interface SamePeopleResult {
  threshold: number;
  /** Pairs of names, most similar first. */
  people: SamePeople[];
}

/** Options of {@link findSamePeople}. */
export interface FindSamePeopleOptions {
  /** Least similarity of a match. Default: what the set itself says, see {@link findSamePeople}. */
  threshold?: number | undefined;
  /** Number of threads for ONNX Runtime. */
  threads?: number | undefined;
}

/**
 * Finds people who are in one set under two names, or in two sets under any names, for example in training and test
 * data. Images that look mislabeled are excluded first.
 *
 * The default threshold comes from the first set. It is the higher of two values:
 * - The 5 % quantile of the similarity of an image to the center of the other images of its person.
 * - The similarity that less than one pair of different people is expected to reach among all comparisons. It assumes
 *   a normal distribution with the median and the quartiles of the similarities of different people.
 *
 * @param others Another set. Without one, the first set is searched for duplicates.
 * @throws {InvalidArgumentError} unless every row has a label, the sets have the same embedding size, and the first
 * set has two people, one of them with two images.
 * @throws {NonFiniteError} if an embedding is not finite.
 * @throws {UnavailableError} if ONNX Runtime is not available.
 * @example
 * const { people } = await findSamePeople(training, test);
 * console.log(people.map(({ first }) => first)); // names to leave out of training
 */
export async function findSamePeople(
  faces: LabeledEmbeddings,
  others?: LabeledEmbeddings,
  options: FindSamePeopleOptions = {},
): Promise<SamePeopleResult> {
  checkOptions<FindSamePeopleOptions>('findSamePeople', options, { threshold: 'number', threads: 'number' });
  checkArguments('findSamePeople', { faces }, { faces: { has: ['embeddings', 'labels'] } });
  const first = await purified(faces, options);
  const second = others === undefined ? first : await purified(others, options);
  const comparisons =
    others === undefined
      ? (first.faces.names.length * (first.faces.names.length - 1)) / 2
      : first.faces.names.length * second.faces.names.length;
  const threshold = options.threshold ?? thresholdOf(first, comparisons);
  const found: SamePeople[] = [];
  for (const [a, b, similarity] of await similarPeople(first, second, threshold, options)) {
    const { rows, closest } = closestImages(first, second, a, b);
    found.push({ first: first.faces.names[a]!, second: second.faces.names[b]!, similarity, rows, closest });
  }
  return { threshold, people: found.sort((a, b) => b.similarity - a.similarity) };
}

interface PureFaces {
  faces: Faces;
  kept: Uint8Array;
  centers: Centers;
}

async function purified(labeled: LabeledEmbeddings, options: FindSamePeopleOptions): Promise<PureFaces> {
  const faces = facesOf('findSamePeople', labeled);
  return { faces, ...(await withoutMislabeled(faces, { threads: options.threads })) };
}

/** Mean cosine of the images of the person with fewer images to the center of the other. */
function similarityOf(first: PureFaces, second: PureFaces, a: number, b: number): number {
  const [fewer, f, more, m] =
    first.centers.counts[a]! <= second.centers.counts[b]! ? [first, a, second, b] : [second, b, first, a];
  const size = first.faces.rows.shape[1]!;
  let dot = 0;
  for (let k = 0; k < size; k++)
    dot += fewer.centers.sums[f * size + k]! * more.centers.unit.data[m * size + k]!;
  return dot / Math.max(1, fewer.centers.counts[f]!);
}

function thresholdOf(pure: PureFaces, comparisons: number): number {
  const { faces, kept, centers } = pure;
  const keptRows = Int32Array.from(kept.keys()).filter((row) => kept[row] === 1);
  const genuine = Float64Array.from(keptRows, (row) => similarityToOthers(faces, centers, row, true))
    .filter((similarity) => !Number.isNaN(similarity))
    .sort();
  const pairs: number[] = [];
  for (let a = 0; a < faces.names.length; a++)
    for (let b = 0; b < a && pairs.length < MOST; b++) pairs.push(similarityOf(pure, pure, a, b));
  if (genuine.length === 0 || pairs.length === 0) throw noThreshold(faces.names.length);
  const different = Float64Array.from(pairs).sort();
  const middle = quantile(different, 0.5);
  const deviation = (quantile(different, 0.75) - quantile(different, 0.25)) / (2 * normalQuantile(0.75));
  return Math.max(
    quantile(genuine, 0.05),
    middle + deviation * normalQuantile(1 - 1 / Math.max(2, comparisons)),
  );
}

/** Most pairs of different people that the threshold is computed from. */
const MOST = 1_000_000;

/** Finds the candidates with the nearest centers, and keeps those that are similar enough. */
async function similarPeople(
  first: PureFaces,
  second: PureFaces,
  threshold: number,
  { threads }: FindSamePeopleOptions,
): Promise<[number, number, number][]> {
  const within = first === second;
  const index = await exactIndex(second.centers.unit, {
    areUnit: true,
    ...(threads !== undefined && { threads }),
  });
  const matches = await index.search(first.centers.unit, NEAREST).finally(() => index.release());
  const found: [number, number, number][] = [];
  const seen = new Set<string>();
  for (let place = 0; place < matches.rows.length; place++) {
    const [a, b] = [Math.floor(place / matches.top), matches.rows[place]!];
    const pair = within ? [Math.min(a, b), Math.max(a, b)].join() : `${a},${b}`;
    if ((within && a === b) || seen.has(pair)) continue;
    seen.add(pair);
    const similarity = similarityOf(first, second, a, b);
    if (similarity >= threshold) found.push(within && a > b ? [b, a, similarity] : [a, b, similarity]);
  }
  return found;
}

/** Number of candidates per person: more names than one person has. */
const NEAREST = 10;

function closestImages(first: PureFaces, second: PureFaces, a: number, b: number) {
  const rowsOf = ({ faces, kept }: PureFaces, person: number) =>
    Array.from(faces.personOf.keys()).filter((row) => faces.personOf[row] === person && kept[row]);
  let [rows, closest]: [[number, number], number] = [[-1, -1], Number.NEGATIVE_INFINITY];
  for (const i of rowsOf(first, a))
    for (const j of rowsOf(second, b)) {
      const similarity = dot(first.faces.rows, i, second.faces.rows, j);
      if (similarity > closest) [rows, closest] = [[i, j], similarity];
    }
  return { rows, closest };
}

function dot(a: HostTensor<'float32'>, i: number, b: HostTensor<'float32'>, j: number): number {
  const size = a.shape[1]!;
  let sum = 0;
  for (let k = 0; k < size; k++) sum += a.data[i * size + k]! * b.data[j * size + k]!;
  return sum;
}

const noThreshold = (people: number) =>
  new InvalidArgumentError({
    where: 'findSamePeople',
    expected: 'two people or more, one of them with two images',
    received: `${people} people`,
    fix: 'Give a threshold.',
  });
