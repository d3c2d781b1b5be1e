import { Rng } from '@hm/tensor';
import { hostTensor, InvalidArgumentError } from '@hm/tensor/host';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DoppelgangerOptions, doppelgangerBatches } from './doppelganger-batches.ts';
import { nearestClasses } from './nearest-classes.ts';

const rng = Rng.of('sampling');
const matrix = (rows: number[][]) =>
  hostTensor('float32', [rows.length, rows[0]!.length], Float32Array.from(rows.flat()));
const randomMatrix = (rows: number, columns: number) =>
  matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal())));
const cosine = (a: Float32Array, b: Float32Array) => {
  const product = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
};
const rowsOf = ({ data, shape }: { data: Float32Array; shape: readonly number[] }) =>
  Array.from({ length: shape[0]! }, (_, i) => data.subarray(i * shape[1]!, (i + 1) * shape[1]!));

describe('nearestClasses', () => {
  it('finds what sorting all cosines finds', () => {
    const embeddings = randomMatrix(150, 6);
    const rows = rowsOf(embeddings);
    const found = nearestClasses(embeddings, 4);
    expect(found.shape).toEqual([150, 4]);
    const expected = rows.flatMap((row, i) =>
      [...rows.keys()]
        .filter((j) => j !== i)
        .sort((a, b) => cosine(rows[b]!, row) - cosine(rows[a]!, row))
        .slice(0, 4),
    );
    expect([...found.data]).toEqual(expected);
  });

  it('ignores lengths, takes zero rows, and lists equals by number', () => {
    const rows = [
      [1, 0],
      [0, 0],
      [50, 1],
      [1, 0],
      [-1, 0],
    ];
    const { data } = nearestClasses(matrix(rows), 4);
    expect([...data.subarray(0, 4)]).toEqual([3, 2, 1, 4]);
    expect([...data.subarray(4, 8)]).toEqual([0, 2, 3, 4]);
  });

  it.each([
    [matrix([[1, 2]]), 1, /2 classes or more, got \[1, 2\]/],
    [hostTensor('float32', [3], new Float32Array(3)), 1, /classEmbeddings \[C, D\]/],
    [matrix([[1], [2]]), 2, /count to be an integer from 1 to 1/],
    [matrix([[1], [2]]), 0.5, /count/],
  ])('refuses what does not fit: %#', (embeddings, count, message) => {
    expect(() => nearestClasses(embeddings, count)).toThrow(message);
    expect(() => nearestClasses(embeddings, count)).toThrow(InvalidArgumentError);
  });
});

/** Twenty classes in ten pairs of look-alikes, with 1 to 5 samples each. */
const classEmbeddings = matrix(
  Array.from({ length: 20 }, (_, c) => {
    const angle = (Math.PI * Math.floor(c / 2)) / 5 + (c % 2) * 0.05;
    return [Math.cos(angle), Math.sin(angle)];
  }),
);
const labels = Array.from({ length: 20 }, (_, c) => Array(1 + (c % 5)).fill(c) as number[]).flat();
const doppelgangers = nearestClasses(classEmbeddings, 1);
const run = (options: Partial<DoppelgangerOptions> = {}) => [
  ...doppelgangerBatches({
    labels,
    doppelgangers,
    batchSize: 12,
    samplesPerClass: 3,
    rng: Rng.of(3),
    ...options,
  }),
];
const classesOf = (batch: Int32Array) => [...new Set([...batch].map((i) => labels[i]!))];

describe('doppelgangerBatches', () => {
  it('puts look-alikes into the same batch', () => {
    const batches = run();
    for (const batch of batches) {
      const classes = classesOf(batch);
      expect(classes.every((c) => classes.includes(c ^ 1))).toBe(true);
    }
    expect(batches).toHaveLength(5);
  });

  it('gives full batches of different classes, each with its samples, until every class was in one', () => {
    const sizes = fc.record({
      samplesPerClass: fc.integer({ min: 1, max: 4 }),
      classesPerBatch: fc.integer({ min: 1, max: 20 }),
      neighbors: fc.integer({ min: 1, max: 19 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(sizes, ({ samplesPerClass, classesPerBatch, neighbors, seed }) => {
        const batchSize = samplesPerClass * classesPerBatch;
        const batches = run({
          doppelgangers: nearestClasses(classEmbeddings, neighbors),
          batchSize,
          samplesPerClass,
          rng: Rng.of(seed),
        });
        for (const batch of batches) {
          expect(batch).toHaveLength(batchSize);
          expect(classesOf(batch)).toHaveLength(classesPerBatch);
        }
        expect(new Set(batches.flatMap(classesOf)).size).toBe(20);
        expect(batches.length).toBeGreaterThanOrEqual(20 / classesPerBatch);
        expect(batches.length).toBeLessThanOrEqual(20);
      }),
      { numRuns: 50 },
    );
  });

  it('repeats samples only where a class has too few', () => {
    for (const batch of run()) {
      for (const c of classesOf(batch)) {
        const drawn = [...batch].filter((i) => labels[i] === c);
        expect(new Set(drawn).size).toBe(Math.min(3, 1 + (c % 5)));
      }
    }
  });

  it('depends on the generator alone', () => {
    expect(run()).toEqual(run());
    expect(run({ rng: Rng.of(4) })).not.toEqual(run());
  });

  it('leaves out classes without samples', () => {
    const few = labels.filter((c) => c !== 4 && c < 12);
    const batches = run({ labels: few });
    const seen = new Set(batches.flatMap((batch) => [...batch].map((i) => few[i]!)));
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('with sample embeddings draws the positives least alike and the negatives most alike', () => {
    const sampleEmbeddings = randomMatrix(labels.length, 4);
    const rows = rowsOf(sampleEmbeddings);
    const batches = run({ sampleEmbeddings, samplesPerClass: 2, batchSize: 8 });
    for (const batch of batches) {
      for (let i = 0; i < batch.length; i += 4) {
        const [anchor, positive, ...negatives] = batch.subarray(i, i + 4) as unknown as number[];
        const likeness = (j: number) => cosine(rows[anchor!]!, rows[j]!);
        const of = (c: number) => labels.flatMap((y, j) => (y === c ? [likeness(j)] : []));
        expect(likeness(positive!)).toBeCloseTo(Math.min(...of(labels[anchor!]!)), 6);
        const sorted = of(labels[negatives[0]!]!).sort((a, b) => b - a);
        expect(likeness(negatives[0]!)).toBeCloseTo(sorted[0]!, 6);
        expect(likeness(negatives[1]!)).toBeCloseTo(sorted[1] ?? sorted[0]!, 6);
      }
    }
  });

  it.each([
    [{ batchSize: 10 }, /batchSize to be a multiple of samplesPerClass, 3, got 10/],
    [{ samplesPerClass: 0 }, /samplesPerClass/],
    [{ labels: [0, 20] }, /labels in \[0, 20\), got 20 at position 1/],
    [{ batchSize: 63 }, /21 classes with samples, got 20/],
    [{ doppelgangers: hostTensor('int32', [20], new Int32Array(20)) }, /doppelgangers \[C, K\]/],
    [{ sampleEmbeddings: matrix([[1]]) }, /sampleEmbeddings \[\d+, D\]/],
  ])('refuses what does not fit: %#', (options, message) => {
    expect(() => run(options)).toThrow(message);
    expect(() => run(options)).toThrow(InvalidArgumentError);
  });
});
