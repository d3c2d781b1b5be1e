import { doppelgangerBatches } from '@hm/losses';
import { type HostTensor, hostTensor, InvalidArgumentError, Rng } from '@hm/tensor';

/** Order in which an epoch reads the images, as plain data. An epoch has as many batches as the images fill. */
export type Sampler =
  /** Every image once, shuffled. */
  | { kind: 'uniform' }
  /** Every identity equally often, however many images it has; its images take turns. */
  | { kind: 'balanced' }
  /** Batches of identities with `images` images each (repeated if there are fewer), for losses that compare pairs. */
  | { kind: 'pairs'; images: number }
  /**
   * Like `pairs`, but half of a batch's identities are look-alikes of the others. Each is one of the `neighbors`
   * (default 10) whose class weights are most similar, which are found anew after every `refreshEpochs` (default 1).
   */
  | { kind: 'hard'; images: number; neighbors?: number; refreshEpochs?: number };

/** Settings that an order depends on. */
export interface OrderOptions {
  /** Class of every image. */
  labels: Int32Array;
  classes: number;
  batchSize: number;
  /** Number of batches in an epoch. */
  batches: number;
  seed: number;
  epoch: number;
  /** `[C, K]`, look-alikes of each class, for `hard`. */
  neighbors?: HostTensor<'int32'> | undefined;
}

/** Returns the images of an epoch in order, the same for the same options; undefined for the loader's own shuffle. */
export function epochSamples(sampler: Sampler, options: OrderOptions): number[] | undefined {
  if (sampler.kind === 'uniform') return undefined;
  const rng = Rng.of(options.seed, 'sampler', options.epoch);
  if (sampler.kind === 'balanced') return balanced(options, rng);
  const { classes, neighbors = hostTensor('int32', [classes, 0], new Int32Array()) } = options;
  return grouped(options, sampler.images, neighbors, rng);
}

function balanced({ labels, batchSize, batches }: OrderOptions, rng: Rng): number[] {
  const images = new Map<number, number[]>();
  for (const [index, label] of labels.entries()) {
    if (!images.has(label)) images.set(label, []);
    images.get(label)!.push(index);
  }
  const decks = new Map<number, number[]>();
  const next = (label: number): number => {
    const deck = decks.get(label);
    if (deck?.length) return deck.pop()!;
    decks.set(label, rng.shuffle(images.get(label)!));
    return next(label);
  };
  const order: number[] = [];
  while (order.length < batches * batchSize) order.push(...rng.shuffle([...images.keys()]).map(next));
  return order.slice(0, batches * batchSize);
}

function grouped(
  { labels, batchSize, batches }: OrderOptions,
  samplesPerClass: number,
  doppelgangers: HostTensor<'int32'>,
  rng: Rng,
): number[] {
  const order: number[] = [];
  while (order.length < batches * batchSize)
    for (const batch of doppelgangerBatches({ labels, doppelgangers, batchSize, samplesPerClass, rng }))
      order.push(...batch);
  return order.slice(0, batches * batchSize);
}

/** @throws {InvalidArgumentError} if a sampler does not fit batches of that many images. */
export function checkSampler(sampler: Sampler, batchSize: number, classes: number): void {
  if (!['uniform', 'balanced', 'pairs', 'hard'].includes(sampler.kind))
    throw invalid('kind', 'uniform, balanced, pairs or hard', sampler.kind);
  if (sampler.kind === 'uniform' || sampler.kind === 'balanced') return;
  const { images } = sampler;
  if (!(Number.isSafeInteger(images) && images > 0 && batchSize % images === 0))
    throw invalid('images', `a number that divides the batch of ${batchSize}`, images);
  if (batchSize / images > classes)
    throw invalid(
      'images',
      `at least ${Math.ceil(batchSize / classes)}, since there are ${classes} identities`,
      images,
    );
  if (sampler.kind === 'pairs') return;
  const { neighbors = 1, refreshEpochs = 1 } = sampler;
  if (!(Number.isSafeInteger(neighbors) && neighbors > 0 && neighbors < classes))
    throw invalid('neighbors', `from 1 to ${classes - 1}`, neighbors);
  if (!(Number.isSafeInteger(refreshEpochs) && refreshEpochs > 0))
    throw invalid('refreshEpochs', 'a positive integer', refreshEpochs);
}

const invalid = (name: string, expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: `train option "recipe.sampler.${name}"`,
    expected,
    received,
    fix: 'Change the sampler or the batch.',
  });
