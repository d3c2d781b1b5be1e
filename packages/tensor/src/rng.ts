import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * A seeded, serialisable random generator (xoroshiro128+). The same seed gives the same numbers on every machine.
 *
 * @example
 * const rng = Rng.of(7, 'shuffle', 3);
 * const order = rng.shuffle([0, 1, 2, 3]);
 * const resumed = new Rng(rng.state);
 */
export class Rng {
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;

  /** Resumes at a generator's {@link Rng.state}: four 32-bit integers. */
  constructor(state: readonly number[]) {
    this.#generator = xoroshiro128plusFromState(state);
  }

  /** Creates a generator from a seed: an integer, or several numbers and words that together name one stream. */
  static of(...seed: [number | string, ...(number | string)[]]): Rng {
    return new Rng(wordsOf(seed.join('/')));
  }

  /** What is needed to resume: four 32-bit integers. */
  get state(): readonly number[] {
    return this.#generator.getState();
  }

  /** Draws a number from `[low, high)`, by default `[0, 1)`, in steps of 2^-53 of the range. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.#generator);
  }

  /** Draws an integer from `[0, count)`. */
  integer(count: number): number {
    return uniformInt(this.#generator, 0, count - 1);
  }

  /** Returns true with the given probability. */
  chance(probability: number): boolean {
    return uniformFloat64(this.#generator) < probability;
  }

  /** Draws a number from the normal distribution (Box–Muller). */
  normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(this.#generator)));
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * uniformFloat64(this.#generator));
  }

  /** Picks one item of a list that is not empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)] as T;
  }

  /** Returns a shuffled copy (Fisher–Yates). */
  shuffle<T>(items: Iterable<T>): T[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j] as T, order[i] as T];
    }
    return order;
  }
}

/** Hashes a text to four well-mixed 32-bit words: FNV-1a, then MurmurHash3's finaliser. */
function wordsOf(text: string): number[] {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return [1, 2, 3, 4].map((word) => mix(hash + Math.imul(word, 0x9e3779b9)));
}

function mix(value: number): number {
  let bits = value ^ (value >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
