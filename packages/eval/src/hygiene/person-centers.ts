import { type HostTensor, hostTensor, InvalidArgumentError } from '@hm/tensor/host';
import type { LabeledEmbeddings } from '../identification/labeled-embeddings.ts';
import { unitRows } from '../search/unit-rows.ts';

/** Name or number of a person. */
export type PersonName = string | number;

/** Unit embeddings `[N, D]` and the person of each. */
export interface Faces {
  rows: HostTensor<'float32'>;
  names: readonly PersonName[];
  /** Index into `names`, `[N]`. */
  personOf: Int32Array;
}

/**
 * Groups unit embeddings by person.
 *
 * @throws {InvalidArgumentError} unless every row has a label.
 * @throws {NonFiniteError} if an embedding is not finite.
 */
export function facesOf(where: string, { embeddings, labels }: LabeledEmbeddings): Faces {
  const unlabeled = labels.indexOf(null);
  if (labels.length === 0 || labels.length !== embeddings.shape[0] || unlabeled >= 0)
    throw new InvalidArgumentError({
      where,
      expected: 'a person for each embedding, and at least one',
      received:
        unlabeled >= 0
          ? `none for row ${unlabeled}`
          : `${labels.length} labels for [${embeddings.shape.join(', ')}]`,
      fix: 'Label every row.',
    });
  const places = new Map<PersonName, number>();
  const personOf = Int32Array.from(labels as readonly PersonName[], (name) => {
    if (!places.has(name)) places.set(name, places.size);
    return places.get(name)!;
  });
  return { rows: unitRows(embeddings), names: [...places.keys()], personOf };
}

/** The mean direction of each person's images. */
export interface Centers {
  /** Sums of unit rows, `[P, D]`. */
  sums: Float32Array;
  /** Number of rows in each sum, `[P]`. */
  counts: Int32Array;
  /** Centers of unit length, `[P, D]`; zeros for a person without images. */
  unit: HostTensor<'float32'>;
}

/** @param kept `[N]`, 1 for the rows to include. */
export function centersOf({ rows, names, personOf }: Faces, kept: Uint8Array): Centers {
  const size = rows.shape[1]!;
  const sums = new Float32Array(names.length * size);
  const counts = new Int32Array(names.length);
  for (const [row, person] of personOf.entries()) {
    if (!kept[row]) continue;
    counts[person]!++;
    for (let k = 0; k < size; k++) sums[person * size + k]! += rows.data[row * size + k]!;
  }
  return { sums, counts, unit: unitRows(hostTensor('float32', [names.length, size], sums)) };
}

/** Returns the cosine of a row to the center of the other images of its person; NaN if there are none. */
export function similarityToOthers(
  { rows, personOf }: Faces,
  { sums, counts }: Centers,
  row: number,
  kept: boolean,
): number {
  const [size, person] = [rows.shape[1]!, personOf[row]!];
  if (counts[person]! - Number(kept) < 1) return Number.NaN;
  let [dot, square] = [0, 0];
  for (let k = 0; k < size; k++) {
    const value = rows.data[row * size + k]!;
    const rest = sums[person * size + k]! - (kept ? value : 0);
    dot += value * rest;
    square += rest * rest;
  }
  return dot / Math.sqrt(square);
}
