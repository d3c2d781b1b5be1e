import { mix, ramp } from './curves.ts';
import { valueNoise } from './noise.ts';
import type { Nuisance } from './nuisance.ts';
import type { Picture } from './shade.ts';

/** Puts the person before a blurred backdrop: `person + (1 − coverage) · backdrop`. */
export function addBackground(
  picture: Picture,
  size: number,
  { top, bottom, seed }: Nuisance['background'],
): void {
  for (let pixel = 0; pixel < size * size; pixel++) {
    const uncovered = 1 - picture[4 * pixel + 3]!;
    if (uncovered <= 0) continue;
    const x = (pixel % size) / size;
    const y = Math.floor(pixel / size) / size;
    const blotch = 0.55 + 0.9 * valueNoise(x * 3.5, y * 3.5, seed);
    const height = ramp(0.6 * y + 0.4 * valueNoise(x * 2, y * 2, seed + 1));
    for (let k = 0; k < 3; k++)
      picture[4 * pixel + k]! += uncovered * blotch * mix(top[k]!, bottom[k]!, height);
  }
}
