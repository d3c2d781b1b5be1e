import { checkArguments, checkOptions } from '@hm/tensor/host';
import type { LabeledEmbeddings } from '../identification/labeled-embeddings.ts';
import { exactIndex } from '../search/exact-index.ts';
import {
  type Centers,
  centersOf,
  type Faces,
  facesOf,
  type PersonName,
  similarityToOthers,
} from './person-centers.ts';

/** An image that resembles another person more than the other images of its own. */
export interface MislabeledImage {
  row: number;
  label: PersonName;
  /** The person that it resembles most. */
  nearest: PersonName;
  /** Cosine to the center of its person's other images. */
  own: number;
  /** Cosine to the center of `nearest`. */
  other: number;
}

/** Options of {@link findMislabeled}. */
export interface FindMislabeledOptions {
  /** Most rounds of recomputing the centers without the images found so far. Default 5. */
  rounds?: number | undefined;
  /** Number of threads for ONNX Runtime. */
  threads?: number | undefined;
}

/**
 * Finds images that are nearer to another person's center than to that of the other images of their own person, the
 * most certain first. The centers are then recomputed without these images and the search repeats, until nothing
 * changes. A person with one image is not judged. An image of somebody who is not in the set may go unnoticed, if it
 * resembles its labelled person most.
 *
 * @throws {InvalidArgumentError} unless every row has a label.
 * @throws {NonFiniteError} if an embedding is not finite.
 * @throws {UnavailableError} if ONNX Runtime is not available.
 * @example
 * for (const { row, nearest } of await findMislabeled({ embeddings, labels })) console.log(ids[row], nearest);
 */
export async function findMislabeled(
  faces: LabeledEmbeddings,
  options: FindMislabeledOptions = {},
): Promise<MislabeledImage[]> {
  checkOptions<FindMislabeledOptions>('findMislabeled', options, { rounds: 'number', threads: 'number' });
  checkArguments('findMislabeled', { faces }, { faces: { has: ['embeddings', 'labels'] } });
  const people = facesOf('findMislabeled', faces);
  const { found } = await withoutMislabeled(people, options);
  return found.sort((a, b) => b.other - b.own - (a.other - a.own));
}

/** Finds mislabeled images, and returns them with the centers computed without them. */
export async function withoutMislabeled(
  people: Faces,
  { rounds = 5, threads }: FindMislabeledOptions,
): Promise<{ found: MislabeledImage[]; kept: Uint8Array; centers: Centers }> {
  let kept = new Uint8Array(people.personOf.length).fill(1);
  let centers = centersOf(people, kept);
  for (let round = 1; ; round++) {
    const found = await nearerToAnother(people, centers, kept, threads);
    const next = new Uint8Array(kept.length).fill(1);
    for (const { row } of found) next[row] = 0;
    const same = next.every((value, row) => value === kept[row]);
    kept = next;
    centers = centersOf(people, kept);
    if (same || round >= rounds) return { found, kept, centers };
  }
}

async function nearerToAnother(
  people: Faces,
  centers: Centers,
  kept: Uint8Array,
  threads: number | undefined,
): Promise<MislabeledImage[]> {
  const { rows, names, personOf } = people;
  const index = await exactIndex(centers.unit, { areUnit: true, ...(threads !== undefined && { threads }) });
  const matches = await index.search(rows, 2).finally(() => index.release());
  const found: MislabeledImage[] = [];
  for (const [row, person] of personOf.entries()) {
    const place = row * matches.top + Number(matches.rows[row * matches.top] === person);
    const own = similarityToOthers(people, centers, row, kept[row] === 1);
    const nearest = matches.rows[place];
    if (nearest === undefined || matches.top < 2 || !(matches.similarities[place]! > own)) continue;
    found.push({
      row,
      label: names[person]!,
      nearest: names[nearest]!,
      own,
      other: matches.similarities[place]!,
    });
  }
  return found;
}
