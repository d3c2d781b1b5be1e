import { type HostTensor, InvalidArgumentError } from '@hm/tensor/host';

/** `squared-euclidean`: `|a/|a| - b/|b||²`, from 0 to 4 (insightface, facenet). `cosine`: `1 - a·b / |a||b|`, half of it. */
export type Distance = 'squared-euclidean' | 'cosine';

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
  const size = shape[1]!;
  const lengths = Float64Array.from({ length: shape[0]! }, (_, row) =>
    Math.sqrt(data.subarray(row * size, (row + 1) * size).reduce((sum, value) => sum + value * value, 0)),
  );
  const factor = distance === 'cosine' ? 0.5 : 1;
  return Float64Array.from(pairs, ({ first, second }) => {
    assertDirection(lengths, first);
    assertDirection(lengths, second);
    let sum = 0;
    for (let k = 0; k < size; k++) {
      const difference =
        data[first * size + k]! / lengths[first]! - data[second * size + k]! / lengths[second]!;
      sum += difference * difference;
    }
    return factor * sum;
  });
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
