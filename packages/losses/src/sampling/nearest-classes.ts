import { checkArguments, type HostTensor, hostTensor, InvalidArgumentError } from '@hm/tensor/host';
import { dot, unitRows } from './unit-rows.ts';

// Rows that stay in a core's cache while others are compared with them.
const BLOCK = 64;

/**
 * Finds the most similar classes: for each class, those whose embeddings have the highest cosine with its own, most
 * similar first. Ties are in order of class number. Takes `C²·D/2` multiplications.
 *
 * @param classEmbeddings `[C, D]` float32: class weights, or the mean embedding of each class from any network.
 * @param count the number of similar classes per class, from 1 to C − 1.
 * @returns `[C, count]` int32.
 * @throws {InvalidArgumentError} unless the embeddings are a matrix of two classes or more and `count` fits.
 * @see E. Smirnov et al., Doppelganger Mining for Face Representation Learning, ICCVW 2017
 * @example
 * const weights = hostTensor('float32', [3, 2], Float32Array.of(1, 0, 0, 1, 1, 0.1));
 * nearestClasses(weights, 1).data; // Int32Array [2, 2, 0]
 */
export function nearestClasses(classEmbeddings: HostTensor<'float32'>, count: number): HostTensor<'int32'> {
  checkArguments(
    'nearestClasses',
    { classEmbeddings, count },
    { classEmbeddings: { has: ['shape', 'dtype'] }, count: 'number' },
  );
  const [classes = 0, size] = classEmbeddings.shape;
  if (size === undefined || classEmbeddings.shape.length !== 2 || classes < 2)
    throw invalid('classEmbeddings [C, D] of 2 classes or more', `[${classEmbeddings.shape.join(', ')}]`);
  if (!Number.isInteger(count) || count < 1 || count >= classes)
    throw invalid(`count to be an integer from 1 to ${classes - 1}`, count);
  const rows = unitRows(classEmbeddings);
  const nearest = new NearestList(classes, count);
  for (let start = 0; start < classes; start += BLOCK) {
    const end = Math.min(classes, start + BLOCK);
    for (let j = 0; j < classes; j++) {
      for (let i = start; i < Math.min(end, j); i++) {
        const cosine = dot(rows, i * size, j * size, size);
        nearest.offer(i, j, cosine);
        nearest.offer(j, i, cosine);
      }
    }
  }
  return hostTensor('int32', [classes, count], nearest.indices);
}

/** The best `count` partners of each class so far, kept sorted by insertion. */
class NearestList {
  readonly indices: Int32Array;
  readonly #cosines: Float64Array;
  readonly #count: number;

  constructor(classes: number, count: number) {
    this.indices = new Int32Array(classes * count);
    this.#cosines = new Float64Array(classes * count).fill(-Infinity);
    this.#count = count;
  }

  offer(of: number, partner: number, cosine: number): void {
    const first = of * this.#count;
    let place = first + this.#count;
    while (place > first && this.#comesBefore(cosine, partner, place - 1)) place--;
    if (place === first + this.#count) return;
    this.indices.copyWithin(place + 1, place, first + this.#count - 1);
    this.#cosines.copyWithin(place + 1, place, first + this.#count - 1);
    this.indices[place] = partner;
    this.#cosines[place] = cosine;
  }

  #comesBefore(cosine: number, partner: number, place: number): boolean {
    const held = this.#cosines[place] as number;
    return cosine > held || (cosine === held && partner < (this.indices[place] as number));
  }
}

const invalid = (expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: 'nearestClasses',
    expected,
    received,
    fix: 'Pass one embedding per class, and ask for fewer classes than there are others.',
  });
