import { mix, ramp } from './curves.ts';
import { valueNoise } from './noise.ts';
import type { Nuisance } from './nuisance.ts';

/** Averages each 2 × 2 block of the picture and puts what the person does not cover before a blurred backdrop. */
export function compose(
  picture: Float32Array,
  part: Uint8Array,
  size: number,
  { top, bottom, seed }: Nuisance['background'],
): Float32Array {
  const composed = new Float32Array(3 * size * size);
  for (let row = 0, to = 0; row < size; row++) {
    for (let column = 0; column < size; column++, to += 3) {
      const corner = 4 * row * size + 2 * column;
      const block = [corner, corner + 1, corner + 2 * size, corner + 2 * size + 1];
      let uncovered = 0;
      for (const pixel of block) {
        if (part[pixel] === 0) uncovered += 0.25;
        for (let k = 0; k < 3; k++) composed[to + k]! += 0.25 * picture[3 * pixel + k]!;
      }
      if (uncovered === 0) continue;
      const [x, y] = [column / size, row / size];
      const blotch = 0.55 + 0.9 * valueNoise(x * 3.5, y * 3.5, seed);
      const height = ramp(0.6 * y + 0.4 * valueNoise(x * 2, y * 2, seed + 1));
      for (let k = 0; k < 3; k++) composed[to + k]! += uncovered * blotch * mix(top[k]!, bottom[k]!, height);
    }
  }
  return composed;
}
