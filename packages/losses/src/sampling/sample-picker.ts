import type { Rng } from '@hm/tensor';
import type { HostTensor } from '@hm/tensor/host';
import { dot } from './unit-rows.ts';

/** A class and its doppelgänger. There is none if the batch is full or already has all doppelgängers of the class. */
export interface ClassPair {
  first: number;
  second?: number;
}

interface SampleSource {
  labels: ArrayLike<number>;
  sampleEmbeddings?: HostTensor<'float32'>;
  rng: Rng;
}

/** Draws samples of classes: at random, or by their auxiliary embeddings if there are any. */
export class SamplePicker {
  readonly #byClass = new Map<number, number[]>();
  readonly #source: SampleSource;

  constructor(source: SampleSource) {
    this.#source = source;
    for (let i = 0; i < source.labels.length; i++) {
      const label = source.labels[i] as number;
      const samples = this.#byClass.get(label);
      if (samples) samples.push(i);
      else this.#byClass.set(label, [i]);
    }
  }

  /** The classes that have samples, in ascending order. */
  get classes(): number[] {
    return [...this.#byClass.keys()].sort((a, b) => a - b);
  }

  has(label: number): boolean {
    return this.#byClass.has(label);
  }

  /** Draws `count` samples of each class of a pair, repeated if a class has fewer. */
  samples({ first, second }: ClassPair, count: number): number[] {
    const [anchor, ...others] = this.#source.rng.shuffle(this.#byClass.get(first)!) as [number, ...number[]];
    const own = [anchor, ...this.#byLikeness(others, anchor).reverse()];
    if (second === undefined) return repeated(own, count);
    const alike = this.#byLikeness(this.#source.rng.shuffle(this.#byClass.get(second)!), anchor);
    return [...repeated(own, count), ...repeated(alike, count)];
  }

  /** Sorts samples, those most similar to the anchor first. Without embeddings the order does not change. */
  #byLikeness(samples: number[], anchor: number): number[] {
    const embeddings = this.#source.sampleEmbeddings;
    if (!embeddings) return samples;
    const cosines = new Map(samples.map((sample) => [sample, cosine(embeddings, sample, anchor)]));
    return samples.sort((a, b) => cosines.get(b)! - cosines.get(a)!);
  }
}

const repeated = (samples: number[], count: number): number[] =>
  Array.from({ length: count }, (_, i) => samples[i % samples.length] as number);

function cosine({ data, shape }: HostTensor<'float32'>, i: number, j: number): number {
  const size = shape[1] as number;
  const [a, b] = [i * size, j * size];
  const lengths = Math.sqrt(dot(data, a, a, size) * dot(data, b, b, size));
  return lengths > 0 ? dot(data, a, b, size) / lengths : 0;
}
