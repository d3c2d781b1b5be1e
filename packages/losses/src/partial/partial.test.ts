import { type HostTensor, hostTensor, InvalidArgumentError, Rng } from '@hm/tensor/host';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headByName } from '../head-shorthand.ts';
import { evaluate } from '../testing/evaluate.ts';
import { hasClasses, putClasses, takeClasses } from './class-rows.ts';
import { sampleClasses } from './sample-classes.ts';

describe('sampleClasses', () => {
  const batch = fc.integer({ min: 2, max: 200 }).chain((classes) =>
    fc.record({
      classes: fc.constant(classes),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: 1, maxLength: 20 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.integer(),
    }),
  );

  it('takes as many as asked for, in order, each once, with every class of the batch', () => {
    fc.assert(
      fc.property(batch, ({ classes, labels, share, seed }) => {
        const positives = new Set(labels).size;
        const count = positives + Math.floor(share * (classes - positives));
        const sample = sampleClasses(labels, { classes, count, rng: Rng.of(seed) });
        expect(sample.classes).toHaveLength(count);
        expect([...sample.classes]).toEqual([...new Set(sample.classes)].toSorted((a, b) => a - b));
        expect(sample.classes.every((c) => c >= 0 && c < classes)).toBe(true);
        expect([...sample.labels].map((position) => sample.classes[position])).toEqual(labels);
        expect(sampleClasses(labels, { classes, count, rng: Rng.of(seed) })).toEqual(sample);
      }),
    );
  });

  it.each([10, 60])('takes every other class equally often, %d of 100', (count) => {
    const rng = Rng.of('uniform', count);
    const times = new Float64Array(100);
    for (let round = 0; round < 4000; round++)
      for (const c of sampleClasses([0], { classes: 100, count, rng }).classes) times[c]! += 1;
    const expected = (4000 * (count - 1)) / 99;
    expect(times[0]).toBe(4000);
    for (const drawn of times.subarray(1))
      expect(Math.abs(drawn - expected)).toBeLessThan(5 * Math.sqrt(expected));
  });

  it('refuses labels out of range and counts that do not fit', () => {
    const rng = Rng.of(1);
    const run = (labels: number[], count: number) => () => sampleClasses(labels, { classes: 10, count, rng });
    expect(run([3, 10], 5)).toThrow(/labels in \[0, 10\), got 10 at position 1/);
    expect(run([3, 4, 3], 1)).toThrow(/a count from 2, .* to 10/);
    expect(run([3], 11)).toThrow(InvalidArgumentError);
  });
});

describe('takeClasses and putClasses', () => {
  const counted = (...shape: number[]) =>
    hostTensor(
      'float32',
      shape,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
    );

  it('takes rows, single values and neighboring rows', () => {
    const classes = Int32Array.of(0, 2);
    const rows = takeClasses(counted(3, 2), classes, 3);
    expect(rows.shape).toEqual([2, 2]);
    expect([...rows.data]).toEqual([0, 1, 4, 5]);
    expect([...takeClasses(counted(3), classes, 3).data]).toEqual([0, 2]);
    const pairs = takeClasses(counted(6, 2), classes, 3);
    expect(pairs.shape).toEqual([4, 2]);
    expect([...pairs.data]).toEqual([0, 1, 2, 3, 8, 9, 10, 11]);
  });

  it('fills memory that is given', () => {
    const into = new Float32Array(2);
    expect(takeClasses(counted(3), Int32Array.of(1, 2), 3, into).data).toBe(into);
    expect([...into]).toEqual([1, 2]);
  });

  it('puts back what was taken, and nothing else', () => {
    const whole = counted(6, 2);
    const classes = Int32Array.of(1);
    const taken = takeClasses(whole, classes, 3);
    taken.data.fill(-1);
    putClasses(whole, classes, 3, taken);
    expect([...whole.data]).toEqual([0, 1, 2, 3, -1, -1, -1, -1, 8, 9, 10, 11]);
  });

  it('knows what has a part for each class', () => {
    expect(hasClasses(counted(6, 2), 3)).toBe(true);
    expect(hasClasses(counted(1), 3)).toBe(false);
    expect(hasClasses(counted(), 1)).toBe(false);
    expect(() => takeClasses(counted(4), Int32Array.of(0), 3)).toThrow(/multiple of 3.*\[4\]/);
    expect(() => putClasses(counted(3), Int32Array.of(0), 3, counted(2))).toThrow(/values \[1\]/);
  });
});

describe('a head on the classes taken', () => {
  const [classes, size] = [9, 4];
  const rng = Rng.of('partial head');
  const numbers = (length: number) => Float32Array.from({ length }, () => rng.normal());
  const rows = ({ shape: [height = 0], data }: HostTensor) =>
    Array.from({ length: height }, (_, c) => [...(data as Float32Array).subarray(c * size, (c + 1) * size)]);
  const embeddings = Array.from({ length: 3 }, () => [...numbers(size)]);
  const weight = hostTensor('float32', [classes, size], numbers(size * classes));
  const labels = [8, 2, 8];
  const run = (name: string, { data, shape }: HostTensor, given: ArrayLike<number>) =>
    evaluate(headByName(name, { scale: 4 }), {
      embeddings,
      weight: rows(hostTensor('float32', shape, data as Float32Array<ArrayBuffer>)),
      labels: Array.from(given),
    });

  it.each(['arcface', 'cosface', 'hm-arcface'])('%s is the whole head once all classes are taken', (name) => {
    const sample = sampleClasses(labels, { classes, count: classes, rng: Rng.of(2) });
    const partial = run(name, takeClasses(weight, sample.classes, classes), sample.labels);
    expect(partial).toEqual(run(name, weight, labels));
  });

  it('is the softmax over the classes taken alone', () => {
    const sample = sampleClasses(labels, { classes, count: 5, rng: Rng.of(3) });
    const { losses, logits } = run('arcface', takeClasses(weight, sample.classes, classes), sample.labels);
    const whole = run('arcface', weight, labels);
    expect(logits).toEqual(whole.logits.map((row) => [...sample.classes].map((c) => row[c]!)));
    for (const [i, loss] of losses.entries()) expect(loss).toBeLessThan(whole.losses[i]!);
  });
});
