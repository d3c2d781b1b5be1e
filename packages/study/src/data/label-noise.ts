import type { Dataset } from '@hm/datasets';
import { checkArguments, Rng } from '@hm/tensor/host';

/** Data set with some wrong labels, and which ones these are. */
export interface NoisyData extends Dataset {
  readonly labels: Int32Array;
  /** `[images]`, 1 where the label was changed. */
  readonly changed: Uint8Array;
}

/**
 * Gives a random share of the images another person's label, each other person being equally likely: symmetric noise.
 *
 * @param labels `[images]`, the labels that the data set has.
 * @example
 * const noisy = withLabelNoise(data, labels, { share: 0.15, seed: 1 });
 */
export function withLabelNoise(
  data: Dataset,
  labels: Int32Array,
  noise: { share: number; seed: number },
): NoisyData {
  checkArguments(
    'withLabelNoise',
    { data, labels, noise },
    { data: { has: ['length', 'classes'] }, labels: 'array', noise: { has: ['share', 'seed'] } },
  );
  const { share, seed } = noise;
  const rng = Rng.of(seed, 'label noise');
  const order = rng.shuffle(Array.from(labels.keys()));
  const changed = new Uint8Array(labels.length);
  const noisy = Int32Array.from(labels);
  for (const index of order.slice(0, Math.round(share * labels.length))) {
    changed[index] = 1;
    const other = rng.integer(data.classes - 1);
    noisy[index] = other + Number(other >= labels[index]!);
  }
  return {
    ...{ length: data.length, classes: data.classes, labels: noisy, changed },
    name: (label) => data.name(label),
    sample: async (index) => ({ ...(await data.sample(index)), label: noisy[index]! }),
  };
}
