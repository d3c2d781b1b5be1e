import { type HostTensor, InvalidArgumentError } from '@hm/tensor/host';
import { assertOneOf } from './assert-one-of.ts';

/** Every distance. */
export const distanceKinds = ['squared-euclidean', 'cosine'] as const;

/**
 * `squared-euclidean`: `|a/|a| - b/|b||²`, from 0 to 4 (insightface, facenet). `cosine`: `1 - a·b / |a||b|`,
 * half of it.
 */
export type Distance = (typeof distanceKinds)[number];

/**
 * Distances between rows of `embeddings` `[N, D]`, each scaled to unit length first, in double precision.
 *
 * @throws {InvalidArgumentError} if a row that is compared has no direction (length zero) or does not exist.
 * @example
 * const distances = pairDistances(embeddings, [{ first: 0, second: 1 }], 'cosine');
 */
export function pairDistances(
  { data, shape }: HostTensor<'float32'>,
  pairs: readonly { first: number; second: number }[],
  distance: Distance = 'squared-euclidean',
): Float64Array {
  assertOneOf('pairDistances', 'distance', distance, distanceKinds);
  const size = shape[1]!;
  const lengths = rowLengths(data, size);
  const factor = distance === 'cosine' ? 0.5 : 1;
  return Float64Array.from(pairs, ({ first, second }) => {
    assertDirection(lengths, first);
    assertDirection(lengths, second);
    const a = data.subarray(first * size, (first + 1) * size);
    const b = data.subarray(second * size, (second + 1) * size);
    return factor * squaredDistance(a, 1 / lengths[first]!, b, 1 / lengths[second]!);
  });
}

function rowLengths(data: Float32Array, size: number): Float64Array {
  const rows = Array.from({ length: data.length / size }, (_, row) =>
    data.subarray(row * size, (row + 1) * size),
  );
  return Float64Array.from(rows, length);
}

function length(row: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k]! * row[k]!;
  return Math.sqrt(sum);
}

function squaredDistance(a: Float32Array, scaleA: number, b: Float32Array, scaleB: number): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) {
    const difference = a[k]! * scaleA - b[k]! * scaleB;
    sum += difference * difference;
  }
  return sum;
}

function assertDirection(lengths: Float64Array, row: number): void {
  if (lengths[row]! > 0) return;
  throw new InvalidArgumentError({
    where: 'pairDistances',
    expected: `an embedding of positive length in row ${row}`,
    received: lengths[row] === undefined ? `${lengths.length} rows` : 'zeros',
    fix: 'Compare rows that exist, and check the model: it gave an embedding without direction.',
    fields: { row },
  });
}
