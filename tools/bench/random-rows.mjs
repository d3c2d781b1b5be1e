import { hostTensor } from '@hm/tensor/host';

/**
 * Returns embeddings `[rows, size]` in clusters, like those of faces: every row is near one of `people` random
 * directions. It uses xorshift32, since a million rows need too many draws for a better generator.
 */
export function randomRows(rows, size, { seed = 1, people = rows, spread = 0.5 } = {}) {
  const center = generator(seed);
  const noise = generator(seed + 7919);
  const centers = Float32Array.from({ length: Math.min(people, 20_000) * size }, center);
  const count = centers.length / size;
  const data = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const from = (row % count) * size;
    for (let k = 0; k < size; k++) data[row * size + k] = centers[from + k] + spread * noise();
  }
  return hostTensor('float32', [rows, size], data);
}

function generator(seed) {
  let state = (seed * 2654435761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}
