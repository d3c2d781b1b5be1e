import { checkOptions, InvalidArgumentError, type Rng } from '@hm/tensor/host';

/** The classes that one step computes with. */
export interface ClassSample {
  /** `[S]`, class numbers in ascending order: every class of the batch, and others drawn at random. */
  classes: Int32Array;
  /** `[B]`, the position of each label in `classes`. */
  labels: Int32Array;
}

/** Options of {@link sampleClasses}. */
export interface SampleClassesOptions {
  /** C, the number of classes. */
  classes: number;
  /** S, the number of classes to take: at least the number of different labels, at most C. */
  count: number;
  /** Generator for the random draws. */
  rng: Rng;
}

/**
 * Draws the classes of a step as Partial FC does: those of the batch, and others drawn uniformly without replacement.
 *
 * @param labels `[B]`, each in `[0, C)`.
 * @throws {InvalidArgumentError} if a label is out of range, or the batch has more classes than are taken.
 * @see X. An et al., Killing two birds with one stone: efficient and robust training of face recognition CNNs by Partial FC, CVPR 2022
 * @example
 * const { classes, labels } = sampleClasses(Int32Array.of(7, 3, 7), { classes: 1000, count: 100, rng: Rng.of(1) });
 */
export function sampleClasses(labels: ArrayLike<number>, options: SampleClassesOptions): ClassSample {
  const { classes, count, rng } = checkOptions('sampleClasses', options, {
    ...{ classes: 'number', count: 'number', rng: 'object' },
  });
  const taken = new Uint8Array(classes);
  const positives = markLabels(taken, labels);
  if (count > classes || positives > count) throw wrongCount(options, positives);
  // This keeps the number of rejected draws low: to take more than half of the classes, draw those to leave out.
  const free = classes - positives;
  const wanted = count - positives;
  if (wanted <= free / 2) draw(taken, wanted, 1, rng);
  else {
    for (let i = 0; i < classes; i++) taken[i] ||= 2;
    draw(taken, free - wanted, 0, rng);
  }
  return inOrder(taken, count, labels);
}

function markLabels(taken: Uint8Array, labels: ArrayLike<number>): number {
  let positives = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (!Number.isInteger(label) || label < 0 || label >= taken.length)
      throw wrongLabel(label, i, taken.length);
    if (taken[label] === 0) positives += 1;
    taken[label] = 1;
  }
  return positives;
}

/** Sets `count` random entries to `to`: entries that are 0 if `to` is 1, entries that are 2 if it is 0. */
function draw(taken: Uint8Array, count: number, to: 0 | 1, rng: Rng): void {
  const from = to === 1 ? 0 : 2;
  for (let drawn = 0; drawn < count; ) {
    const index = rng.integer(taken.length);
    if (taken[index] !== from) continue;
    taken[index] = to;
    drawn += 1;
  }
}

function inOrder(taken: Uint8Array, count: number, labels: ArrayLike<number>): ClassSample {
  const classes = new Int32Array(count);
  const position = new Int32Array(taken.length);
  let next = 0;
  for (let i = 0; i < taken.length; i++) {
    if (taken[i] === 0) continue;
    position[i] = next;
    classes[next++] = i;
  }
  return { classes, labels: Int32Array.from(labels, (label) => position[label]!) };
}

const wrongLabel = (label: number, position: number, classes: number) =>
  new InvalidArgumentError({
    where: 'sampleClasses',
    expected: `labels in [0, ${classes})`,
    received: `${label} at position ${position}`,
    fix: 'Pass the labels of the data set, and its number of classes.',
    fields: { label, position },
  });

const wrongCount = ({ classes, count }: SampleClassesOptions, positives: number) =>
  new InvalidArgumentError({
    where: 'sampleClasses',
    expected: `a count from ${positives}, the classes of the batch, to ${classes}, all of them`,
    received: count,
    fix: 'Take more classes, or smaller batches.',
  });
