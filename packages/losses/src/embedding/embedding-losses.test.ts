import { InvalidArgumentError, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hardMining } from '../decorators/hard-mining.ts';
import { centralDifferences, expectClose } from '../testing/evaluate.ts';
import { circleLoss } from './circle-loss.ts';
import { contrastive } from './contrastive.ts';
import { embeddingHead } from './embedding-loss.ts';
import { marginalLoss } from './marginal-loss.ts';
import { msml } from './msml.ts';
import {
  allEmbeddingLosses,
  evaluateEmbeddingLoss,
  exampleBatch,
  randomRows,
} from './testing-embedding-losses.ts';
import { triplet } from './triplet.ts';

const { embeddings, labels } = exampleBatch;
const rng = Rng.of('embedding losses test');
const upstream = labels.map(() => Math.fround(rng.uniform(0.5, 1.5)));
const reshape = (flat: number[], columns: number) =>
  Array.from({ length: flat.length / columns }, (_, i) => flat.slice(i * columns, (i + 1) * columns));

const batches = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }), fc.integer(), fc.nat(4))
  .map(([size, columns, seed, decades]) => {
    const random = Rng.of(seed);
    return {
      labels: Array.from({ length: size }, () => random.integer(4) - 1),
      embeddings: randomRows(random, size, columns).map((row) => {
        const factor = (10 ** decades * random.uniform()) / Math.max(1e-9, Math.hypot(...row));
        return random.chance(0.1) ? row.map(() => 0) : row.map((x) => Math.fround(x * factor));
      }),
    };
  });

describe.each(allEmbeddingLosses)('$title', ({ loss, reference }) => {
  it('is the formula', () => {
    expectClose(evaluateEmbeddingLoss(loss, embeddings, labels).losses, reference(embeddings, labels), 1e-5);
    expect(Math.max(...reference(embeddings, labels))).toBeGreaterThan(0);
  });

  it('has the gradient that central differences give', () => {
    const weighted = (flat: number[]) =>
      reference(reshape(flat, 5), labels, embeddings).reduce((sum, x, i) => sum + upstream[i]! * x, 0);
    const { gradient } = evaluateEmbeddingLoss(loss, embeddings, labels, upstream);
    expectClose(gradient, centralDifferences(weighted, embeddings.flat(), 1e-6), 1e-4);
  });

  it('keeps its digits where all embeddings are nearly the same', () => {
    const alike = embeddings.map((row) => row.map((x, d) => Math.fround(0.02 * x + [3, -1, 2, 1, -2][d]!)));
    const { losses, gradient } = evaluateEmbeddingLoss(loss, alike, labels, upstream);
    expectClose(losses, reference(alike, labels), 1e-5);
    const weighted = (flat: number[]) =>
      reference(reshape(flat, 5), labels, alike).reduce((sum, x, i) => sum + upstream[i]! * x, 0);
    expectClose(gradient, centralDifferences(weighted, alike.flat(), 1e-5), 1e-3);
  });

  it.each([
    ['one sample', [0]],
    ['one identity', [0, 0, 0]],
    ['identities of one sample each', [0, 1, 2]],
  ])('with %s is the formula, and finite', (_name, labels) => {
    const rows = randomRows(Rng.of(labels.length, ...labels), labels.length, 4);
    const { losses, gradient } = evaluateEmbeddingLoss(loss, rows, labels);
    expectClose(losses, reference(rows, labels), 1e-5);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('with equal embeddings, and with zeros, is the formula, and finite', () => {
    for (const row of [
      [0.6, 0, 0.8],
      [0, 0, 0],
    ]) {
      const [rows, labels] = [Array(5).fill(row), [0, 0, 1, 1, 2]];
      const { losses, gradient } = evaluateEmbeddingLoss(loss, rows, labels);
      expectClose(losses, reference(rows, labels), 1e-5);
      expect(gradient.every(Number.isFinite)).toBe(true);
      if (row[0] !== 0) expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-2);
    }
  });

  it('is finite, value and gradient, for any embeddings of length up to 1e4', () => {
    fc.assert(
      fc.property(batches, ({ embeddings, labels }) => {
        const { losses, gradient } = evaluateEmbeddingLoss(loss, embeddings, labels);
        expect([...losses, ...gradient].every(Number.isFinite)).toBe(true);
        expect(Math.min(...losses)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('follows a permutation of the batch', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const order = Rng.of(seed).shuffle(labels.keys());
        const permute = <T>(list: T[]) => order.map((i) => list[i]!);
        const permuted = evaluateEmbeddingLoss(loss, permute(embeddings), permute(labels)).losses;
        expectClose(permuted, permute(evaluateEmbeddingLoss(loss, embeddings, labels).losses), 1e-5);
      }),
      { numRuns: 20 },
    );
  });

  it('depends on which labels are equal, not on their numbers', () => {
    const renamed = labels.map((label) => 1000 - 3 * label);
    expect(evaluateEmbeddingLoss(loss, embeddings, renamed)).toEqual(
      evaluateEmbeddingLoss(loss, embeddings, labels),
    );
  });

  it('under hard mining is the loss times its gate', () => {
    const gated = tf.tidy(() => {
      const [x, y] = [tf.tensor2d(embeddings), tf.tensor1d(labels, 'int32')];
      return [...hardMining(embeddingHead(loss)).losses({}, x, y, 0).losses.dataSync()];
    });
    const { losses } = evaluateEmbeddingLoss(loss, embeddings, labels);
    expectClose(
      gated,
      losses.map((x) => (1.5 * x) / (1 + Math.exp(-35 * (1.1 * x - 0.75)))),
      1e-4,
    );
  });

  it('leaves no tensor behind', () => {
    const [x, y] = [tf.tensor2d(embeddings), tf.tensor1d(labels, 'int32')];
    const before = tf.memory().numTensors;
    loss.losses(x, y).dispose();
    tf.grad((input) => tf.sum(loss.losses(input as tf.Tensor2D, y)))(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, y]);
  });

  it('names what is wrong with its inputs', () => {
    tf.tidy(() => {
      const [x, y] = [tf.tensor2d(embeddings), tf.tensor1d(labels, 'int32')];
      expect(() => loss.losses(tf.ones([3]) as never, y)).toThrow(/embeddings to be a float32 matrix/);
      expect(() => loss.losses(tf.ones([12, 5], 'int32'), y)).toThrow(/got \[12, 5\] int32/);
      expect(() => loss.losses(x, tf.tensor1d(labels))).toThrow(/labels \[12\] int32, got \[12\] float32/);
      expect(() => loss.losses(x, tf.tensor1d([1], 'int32'))).toThrow(InvalidArgumentError);
    });
  });
});

it('the mean of the losses is the mean over the counted triplets', () => {
  const rows = [
    [1, 0],
    [0.6, 0.8],
    [0.8, -0.6],
    [0, 1],
  ];
  const identities = [0, 0, 1, 1];
  // d² of unit vectors is 2 − 2cos: 0.8 and 2.4 within identities, 0.4, 2, 0.4 and 2 between them.
  const excess = [
    [0, 1, [2, 3]],
    [1, 0, [2, 3]],
    [2, 3, [0, 1]],
    [3, 2, [0, 1]],
  ].flatMap(([a, p, ns]) =>
    (ns as number[]).map((n) => {
      const d = (i: number, j: number) => 2 - 2 * (rows[i]![0]! * rows[j]![0]! + rows[i]![1]! * rows[j]![1]!);
      return Math.max(0, d(a as number, p as number) - d(a as number, n) + 0.2);
    }),
  );
  const { losses } = evaluateEmbeddingLoss(triplet({ mining: 'all' }), rows, identities);
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  expectClose([mean(losses)], [mean(excess)], 1e-6);
});

it.each([
  [() => triplet({ margin: 0 }), /margin to be a number > 0/],
  [() => triplet({ mining: 'soft' as never }), /semi-hard, hard, all/],
  [() => contrastive({ margin: -1 }), /margin/],
  [() => msml({ margin: Number.NaN }), /margin/],
  [() => marginalLoss({ tau: 0 }), /tau/],
  [() => marginalLoss({ xi: -0.1 }), /xi/],
  [() => circleLoss({ margin: 1 }), /margin to be a number > 0 and < 1/],
  [() => circleLoss({ gamma: 0 }), /gamma/],
])('refuses options out of range: %s', (make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(InvalidArgumentError);
});
