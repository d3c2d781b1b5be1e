import type { HostTensor } from '@hm/tensor/host';

/** Returns the rows of a matrix normalised to length 1. A row of zeros stays zero. */
export function unitRows({ data, shape }: HostTensor<'float32'>): Float32Array {
  const size = shape[1] as number;
  const rows = data.slice();
  for (let start = 0; start < rows.length; start += size) {
    const length = Math.sqrt(dot(data, start, start, size));
    if (length > 0) for (let d = start; d < start + size; d++) rows[d] = (data[d] as number) / length;
  }
  return rows;
}

/** Returns the inner product of the rows of a matrix that start at `a` and `b`, summed in double precision. */
export function dot(rows: Float32Array, a: number, b: number, size: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += (rows[a + d] as number) * (rows[b + d] as number);
  return sum;
}
