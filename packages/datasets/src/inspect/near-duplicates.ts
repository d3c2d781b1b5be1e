import { InvalidArgumentError } from '@hm/tensor/host';
import { hashWords } from './difference-hash.ts';

/** Two images whose hashes differ in few bits. */
export interface NearPair {
  first: number;
  second: number;
  /** Number of bits that differ. */
  distance: number;
}

/** Number of 16-bit bands in a hash. */
const BANDS = hashWords * 2;

/**
 * Finds pairs of hashes (`[N, 4]` words) that differ in at most `bits` of 128. Two such hashes agree in at least one of
 * eight bands, so only hashes that share a band are compared. Each image is paired with the nearest one before it.
 *
 * @param bits From 0 to 7.
 * @throws {InvalidArgumentError} for more bits, because some pairs would be missed.
 */
export function nearDuplicates(hashes: Uint32Array, bits: number): NearPair[] {
  if (!Number.isInteger(bits) || bits < 0 || bits >= BANDS) throw outOfRange(bits);
  const count = hashes.length / hashWords;
  const nearest = new Map<number, NearPair>();
  for (let band = 0; band < BANDS; band++) {
    const key = (index: number) => (hashes[index * hashWords + (band >> 1)]! >>> (16 * (band & 1))) & 0xffff;
    for (const bucket of buckets(count, key)) pairBucket(hashes, bucket, bits, nearest);
  }
  return [...nearest.values()].sort((a, b) => a.second - b.second);
}

function pairBucket(
  hashes: Uint32Array,
  bucket: number[],
  bits: number,
  nearest: Map<number, NearPair>,
): void {
  for (let i = 1; i < bucket.length; i++) {
    const second = bucket[i]!;
    for (let j = 0; j < i; j++) {
      const first = bucket[j]!;
      const distance = distanceOf(hashes, first, second);
      if (distance > bits) continue;
      const known = nearest.get(second);
      if (!known || distance < known.distance || (distance === known.distance && first < known.first)) {
        nearest.set(second, { first, second, distance });
      }
    }
  }
}

function buckets(count: number, key: (index: number) => number): number[][] {
  const found = new Map<number, number[]>();
  for (let index = 0; index < count; index++) {
    const bucket = found.get(key(index));
    if (bucket) bucket.push(index);
    else found.set(key(index), [index]);
  }
  return [...found.values()];
}

function distanceOf(hashes: Uint32Array, first: number, second: number): number {
  let distance = 0;
  for (let word = 0; word < hashWords; word++) {
    distance += ones(hashes[first * hashWords + word]! ^ hashes[second * hashWords + word]!);
  }
  return distance;
}

/** Returns the number of set bits (Hamming weight by parallel sums). */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const outOfRange = (received: number) =>
  new InvalidArgumentError({
    where: 'inspectDataset',
    expected: `nearBits to be a whole number from 0 to ${BANDS - 1}`,
    received,
    fix: 'Pass 4, or fewer for closer copies.',
  });
