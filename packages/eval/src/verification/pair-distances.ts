import { checkArguments, type HostTensor, InvalidArgumentError } from '@hm/tensor/host';
import { assertOneOf } from '../assert-one-of.ts';

/** Values of {@link Distance}. */
export const distanceKinds = ['squared-euclidean', 'cosine', 'angle', 'squared-euclidean-raw'] as const;

/**
 * Distance of two embeddings.
 * - `squared-euclidean`: `|a/|a| - b/|b||²`, from 0 to 4 (insightface).
 * - `cosine`: `1 - a·b / |a||b|`, half of it.
 * - `angle`: `acos(cos) / π`, from 0 to 1 (facenet's metric 1).
 * - `squared-euclidean-raw`: `|a - b|²` of the embeddings without normalisation (facenet's metric 0, which doubles
 *   where views are concatenated).
 */
export type Distance = (typeof distanceKinds)[number];

/**
 * Computes distances between rows of `embeddings` `[N, D]`, in double precision.
 *
 * @param nameOf Returns the name of a row for error messages. Default `row 7`.
 * @throws {InvalidArgumentError} if a compared row has length zero, so no direction, or does not exist.
 * @example
 * const distances = pairDistances(embeddings, [{ first: 0, second: 1 }], 'cosine');
 */
export function pairDistances(
  embeddings: HostTensor<'float32'>,
  pairs: readonly { first: number; second: number }[],
  distance: Distance = 'squared-euclidean',
  nameOf?: (row: number) => string,
): Float64Array {
  checkArguments(
    'pairDistances',
    { embeddings, pairs },
    { embeddings: { has: ['shape', 'dtype'] }, pairs: 'array' },
  );
  const between = distanceBetween(embeddings, distance, nameOf);
  return Float64Array.from(pairs, ({ first, second }) => between(first, second));
}

/** Returns a function for the distance of two rows. Lengths are computed once. */
export function distanceBetween(
  { data, shape }: HostTensor<'float32'>,
  distance: Distance,
  nameOf = (row: number) => `row ${row}`,
): (first: number, second: number) => number {
  assertOneOf('pairDistances', 'distance', distance, distanceKinds);
  const [rows, size] = shape as [number, number];
  const raw = distance === 'squared-euclidean-raw';
  const lengths = raw ? new Float64Array(rows).fill(1) : rowLengths(data, rows, size);
  const finish = finishes[distance];
  return (first, second) => {
    assertDirection(lengths, first, nameOf);
    assertDirection(lengths, second, nameOf);
    return finish(
      squared(data, size, first * size, 1 / lengths[first]!, second * size, 1 / lengths[second]!),
    );
  };
}

/**
 * Converts a squared distance. The angle is computed as `2 asin(chord / 2)`, which is exact for small angles, unlike
 * `acos`.
 */
const finishes: Record<Distance, (squared: number) => number> = {
  'squared-euclidean': (squared) => squared,
  'squared-euclidean-raw': (squared) => squared,
  cosine: (squared) => squared / 2,
  angle: (squared) => (2 * Math.asin(Math.min(1, Math.sqrt(squared) / 2))) / Math.PI,
};

function rowLengths(data: Float32Array, rows: number, size: number): Float64Array {
  const lengths = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = row * size; k < (row + 1) * size; k++) sum += data[k]! * data[k]!;
    lengths[row] = Math.sqrt(sum);
  }
  return lengths;
}

function squared(
  data: Float32Array,
  size: number,
  a: number,
  scaleA: number,
  b: number,
  scaleB: number,
): number {
  let sum = 0;
  for (let k = 0; k < size; k++) {
    const difference = data[a + k]! * scaleA - data[b + k]! * scaleB;
    sum += difference * difference;
  }
  return sum;
}

function assertDirection(lengths: Float64Array, row: number, nameOf: (row: number) => string): void {
  if (lengths[row]! > 0) return;
  const missing = lengths[row] === undefined;
  throw new InvalidArgumentError({
    where: 'pairDistances',
    expected: `an embedding of positive length in ${missing ? `row ${row}` : nameOf(row)}`,
    received: missing ? `${lengths.length} rows` : 'zeros',
    fix: 'Compare rows that exist, and check the model: it gave an embedding without direction.',
    fields: { row },
  });
}
