import type { Dataset } from '@hm/datasets';
import { type Head, headShorthand, nearestClasses } from '@hm/losses';
import { type HostTensor, InvalidArgumentError } from '@hm/tensor';
import { epochSamples, type Sampler } from './sampler.ts';

/** Name of the sampler's tensor in a checkpoint, besides the state of the step. */
export const NEIGHBORS = 'sampler.neighbors';

const DEFAULT_NEIGHBORS = 10;

/** Settings that the order of an epoch depends on. */
export interface EpochSamplerOptions {
  recipe: { sampler?: Sampler; accumulate?: number; batchSize: number };
  data: Dataset;
  head: Head;
  seed: number;
  stepsPerEpoch: number;
}

/** Orders the images of each epoch. The look-alikes that it has found are kept in checkpoints. */
export class EpochSampler {
  readonly #options: EpochSamplerOptions;
  #labels: Int32Array | undefined;
  #neighbors: HostTensor<'int32'> | undefined;

  /** @param neighbors look-alikes from the checkpoint. */
  constructor(options: EpochSamplerOptions, neighbors: HostTensor<'int32'> | undefined) {
    this.#options = options;
    this.#neighbors = neighbors;
  }

  /** State for the checkpoint. */
  get state(): Record<string, HostTensor> {
    return this.#neighbors === undefined ? {} : { [NEIGHBORS]: this.#neighbors };
  }

  /**
   * Returns the images of an epoch in order; undefined for the loader's own shuffle.
   *
   * @param position finished steps of the epoch. Look-alikes are found at its beginning. @param weights reads the
   * state.
   */
  async order(epoch: number, position: number, weights: () => Promise<Record<string, HostTensor>>) {
    const { recipe, data, seed, stepsPerEpoch } = this.#options;
    const { sampler = { kind: 'uniform' }, accumulate = 1, batchSize } = recipe;
    if (sampler.kind === 'uniform') return undefined;
    this.#labels ??= await labelsOf(data);
    const isDue = position === 0 && sampler.kind === 'hard' && epoch % (sampler.refreshEpochs ?? 1) === 0;
    if (isDue) this.#neighbors = this.#find(await weights(), sampler.neighbors ?? DEFAULT_NEIGHBORS);
    return epochSamples(sampler, {
      ...{ labels: this.#labels, classes: data.classes, seed, epoch, neighbors: this.#neighbors },
      batchSize: batchSize / accumulate,
      batches: stepsPerEpoch * accumulate,
    });
  }

  #find(state: Record<string, HostTensor>, count: number): HostTensor<'int32'> {
    const { classes } = this.#options.data;
    const weight = state['params.head.weight'];
    if (weight?.shape.length !== 2 || weight.shape[0] !== classes)
      throw noClassWeights(headShorthand(this.#options.head.config));
    return nearestClasses(weight as HostTensor<'float32'>, Math.min(count, classes - 1));
  }
}

/** Class of each image. */
async function labelsOf(data: Dataset): Promise<Int32Array> {
  if (data.labels !== undefined) return data.labels;
  const labels = new Int32Array(data.length);
  for (let index = 0; index < data.length; index++) labels[index] = (await data.sample(index)).label;
  return labels;
}

const noClassWeights = (name: string) =>
  new InvalidArgumentError({
    where: 'train option "recipe.sampler"',
    expected: 'a head with one weight vector for each class, by which look-alikes are found',
    received: name,
    fix: "Take the sampler 'pairs', or a head of cross-entropies.",
  });
