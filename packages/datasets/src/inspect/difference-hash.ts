import type { RgbImage } from '@hm/images';
import { toGrayscale } from '../augment/color.ts';
import { resample } from '../augment/resample.ts';

/** Length of a hash in 32-bit words. */
export const hashWords = 4;

/**
 * Returns a perceptual hash of 128 bits: whether each of 8×8 grey averages is darker than its right neighbour, then
 * whether it is darker than the one below. Copies at another size or quality differ in few bits.
 *
 * @see N. Krawetz, "Kind of Like That" (dHash), 2013.
 */
export function differenceHash(image: RgbImage): Uint32Array {
  const small = toGrayscale(resample(image, 9, 9, 'area')).pixels;
  const gray = (row: number, column: number) => small[(row * 9 + column) * 3]!;
  const hash = new Uint32Array(hashWords);
  for (let bit = 0; bit < 64; bit++) {
    const [row, column] = [bit >> 3, bit & 7];
    if (gray(row, column) < gray(row, column + 1)) setBit(hash, bit);
    if (gray(row, column) < gray(row + 1, column)) setBit(hash, 64 + bit);
  }
  return hash;
}

function setBit(hash: Uint32Array, bit: number): void {
  hash[bit >> 5]! |= 1 << (bit & 31);
}
