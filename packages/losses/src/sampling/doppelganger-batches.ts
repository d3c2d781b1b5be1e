import type { Rng } from '@hm/tensor';
import { checkOptions, type HostTensor, InvalidArgumentError } from '@hm/tensor/host';
import { type ClassPair, SamplePicker } from './sample-picker.ts';

/** Options of {@link doppelgangerBatches}. */
export interface DoppelgangerOptions {
  /** The class of every sample, from 0. */
  labels: ArrayLike<number>;
  /** `[C, K]` int32: the K most similar classes of each class, as {@link nearestClasses} returns them. */
  doppelgangers: HostTensor<'int32'>;
  /** Number of samples in a batch, a multiple of `samplesPerClass`. */
  batchSize: number;
  /** Number of samples of each class in a batch. Samples repeat if a class has fewer. Default 2. */
  samplesPerClass?: number;
  /**
   * `[N, D]` float32, an auxiliary embedding of every sample, from any network. They select hard samples: from the
   * first class of a pair, one at random and those least similar to it; from its doppelgänger, those most similar to
   * that one. Without them samples are drawn at random.
   */
  sampleEmbeddings?: HostTensor<'float32'>;
  /** Generator for all random choices. The same generator gives the same batches. */
  rng: Rng;
}

/**
 * Yields batches that contain similar classes: classes in random order, each followed by one of its doppelgängers, with
 * `samplesPerClass` samples of each. One run is an epoch over classes: it ends when every class that has samples has
 * been in a batch. All batches are full, and no class is in a batch twice.
 *
 * @yields the indices of `batchSize` samples, with those of a class together.
 * @throws {InvalidArgumentError} at the first batch, if sizes do not fit or too few classes for a batch have samples.
 * @see E. Smirnov et al., Hard Example Mining with Auxiliary Embeddings, CVPRW 2018
 * @example
 * const doppelgangers = nearestClasses(classEmbeddings, 5);
 * for (const batch of doppelgangerBatches({ labels, doppelgangers, batchSize: 64, rng: Rng.of(7, epoch) })) step(batch);
 */
export function* doppelgangerBatches(options: DoppelgangerOptions): Generator<Int32Array> {
  const {
    doppelgangers,
    batchSize,
    samplesPerClass = 2,
    rng,
  } = checkOptions('doppelgangerBatches', options, {
    ...{ labels: 'array', doppelgangers: 'object', batchSize: 'number', samplesPerClass: 'number' },
    ...{ sampleEmbeddings: 'object', rng: 'object' },
  });
  check(options, samplesPerClass);
  const picker = new SamplePicker(options);
  const classesPerBatch = batchSize / samplesPerClass;
  if (picker.classes.length < classesPerBatch)
    throw invalid(`${classesPerBatch} classes with samples`, picker.classes.length);
  const waiting = new Set(rng.shuffle(picker.classes));
  while (waiting.size > 0) {
    const pairs = drawPairs(waiting, picker, classesPerBatch, doppelgangers, rng);
    for (const drawn of pairs.flatMap(({ first, second = first }) => [first, second])) waiting.delete(drawn);
    yield Int32Array.from(pairs.flatMap((pair) => picker.samples(pair, samplesPerClass)));
  }
}

/** Draws the classes of one batch: those still waiting first, then, in the last batch, any others. */
function drawPairs(
  waiting: ReadonlySet<number>,
  picker: SamplePicker,
  count: number,
  doppelgangers: HostTensor<'int32'>,
  rng: Rng,
): ClassPair[] {
  const pairs: ClassPair[] = [];
  const drawn = new Set<number>();
  const free = (candidate: number) => picker.has(candidate) && !drawn.has(candidate);
  const queue = waiting.size >= count ? waiting : [...waiting, ...rng.shuffle(picker.classes)];
  for (const first of queue) {
    if (drawn.size === count) break;
    if (!free(first)) continue;
    drawn.add(first);
    const alike = drawn.size < count ? rowOf(doppelgangers, first).filter(free) : [];
    const second = alike.length > 0 ? rng.pick(alike) : undefined;
    if (second !== undefined) drawn.add(second);
    pairs.push(second === undefined ? { first } : { first, second });
  }
  return pairs;
}

const rowOf = ({ data, shape }: HostTensor<'int32'>, row: number): number[] => {
  const width = shape[1] as number;
  return [...data.subarray(row * width, (row + 1) * width)];
};

function check(options: DoppelgangerOptions, samplesPerClass: number): void {
  const { labels, doppelgangers, batchSize, sampleEmbeddings } = options;
  const [classes = 0] = doppelgangers.shape;
  if (doppelgangers.shape.length !== 2)
    throw invalid('doppelgangers [C, K]', `[${doppelgangers.shape.join(', ')}]`);
  if (!Number.isInteger(samplesPerClass) || samplesPerClass < 1)
    throw invalid('samplesPerClass to be an integer >= 1', samplesPerClass);
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize % samplesPerClass !== 0)
    throw invalid(`batchSize to be a multiple of samplesPerClass, ${samplesPerClass}`, batchSize);
  const wrong = Array.from(labels).findIndex((y) => !Number.isInteger(y) || y < 0 || y >= classes);
  if (wrong >= 0) throw invalid(`labels in [0, ${classes})`, `${labels[wrong]} at position ${wrong}`);
  if (
    sampleEmbeddings &&
    (sampleEmbeddings.shape.length !== 2 || sampleEmbeddings.shape[0] !== labels.length)
  )
    throw invalid(
      `sampleEmbeddings [${labels.length}, D], one per label`,
      `[${sampleEmbeddings.shape.join(', ')}]`,
    );
}

const invalid = (expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: 'doppelgangerBatches',
    expected,
    received,
    fix: 'Change that value; the documentation of the options says what fits together.',
  });
