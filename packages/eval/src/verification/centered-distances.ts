import type { VerificationPair } from '@hm/datasets';
import { type HostTensor, hostTensor } from '@hm/tensor/host';
import { type Distance, pairDistances } from './pair-distances.ts';

/**
 * Distances after the mean embedding of all pairs outside a fold is subtracted, both sides of each pair counted, as
 * SphereFace's MATLAB code and facenet's `subtract_mean` do.
 */
export function centeredDistances(
  { data, shape }: HostTensor<'float32'>,
  pairs: readonly VerificationPair[],
  fold: number,
  distance: Distance,
): Float64Array {
  const size = shape[1]!;
  const mean = new Float64Array(size);
  const others = pairs.filter((pair) => pair.fold !== fold);
  for (const { first, second } of others) {
    for (let k = 0; k < size; k++) mean[k]! += data[first * size + k]! + data[second * size + k]!;
  }
  const centered = data.map((value, k) => value - mean[k % size]! / (2 * others.length));
  return pairDistances(hostTensor('float32', shape, centered), pairs, distance);
}
