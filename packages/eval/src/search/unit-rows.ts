import { type HostTensor, hostTensor, NonFiniteError } from '@hm/tensor/host';

/**
 * Returns a copy of the rows `[N, D]` scaled to unit length; a row of zeros stays zero.
 *
 * @throws {NonFiniteError} if a value is not finite; `fields.row` is its row.
 */
export function unitRows({ data, shape }: HostTensor<'float32'>): HostTensor<'float32'> {
  const [rows, size] = shape as [number, number];
  const unit = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const scale = inverseLength(data, row, size);
    for (let k = row * size; k < (row + 1) * size; k++) unit[k] = data[k]! * scale;
  }
  return hostTensor('float32', shape, unit);
}

/** Returns `1 / |row|`, or 0 for a row of zeros. */
export function inverseLength(data: Float32Array, row: number, size: number): number {
  let sum = 0;
  for (let k = row * size; k < (row + 1) * size; k++) sum += data[k]! * data[k]!;
  if (Number.isFinite(sum)) return sum === 0 ? 0 : 1 / Math.sqrt(sum);
  throw new NonFiniteError({
    where: 'search',
    expected: 'finite embeddings',
    received: `NaN or infinity in row ${row}`,
    fix: 'Leave that row out, or embed its image again.',
    fields: { row },
  });
}
