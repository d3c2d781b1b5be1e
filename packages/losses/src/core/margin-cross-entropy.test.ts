import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centralDifferences, expectClose } from '../testing/evaluate.ts';
import { crossEntropy } from '../testing/reference.ts';
import { marginCrossEntropy } from './margin-cross-entropy.ts';

const rows = fc.array(
  fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 4, maxLength: 4 }),
  {
    minLength: 1,
    maxLength: 6,
  },
);
const labelsOf = (logits: number[][]) => logits.map((row, i) => (i * 7 + row.length) % row.length);

const lossesOf = (logits: number[][], labels: number[]): number[] =>
  tf.tidy(() => [...marginCrossEntropy(tf.tensor2d(logits), tf.tensor1d(labels, 'int32')).dataSync()]);

const gradientOf = (logits: number[][], labels: number[]): number[] =>
  tf.tidy(() => {
    const sum = (z: tf.Tensor) => tf.sum(marginCrossEntropy(z as tf.Tensor2D, tf.tensor1d(labels, 'int32')));
    return [...tf.grad(sum)(tf.tensor2d(logits)).dataSync()];
  });

describe('marginCrossEntropy', () => {
  it('is log Σ exp(z) − z_y, and its gradient that of the formula', () => {
    const logits = [
      [1, -2, 0.5],
      [0, 3, 3],
    ];
    const labels = [2, 1];
    const expected = logits.map((row, i) => crossEntropy(row, labels[i]!));
    expectClose(lossesOf(logits, labels), expected, 1e-6);
    const differences = logits.flatMap((row, i) =>
      centralDifferences((z) => crossEntropy(z, labels[i]!), row),
    );
    expectClose(gradientOf(logits, labels), differences, 1e-5);
  });

  it.each([1e4, -1e4])('is exact for logits around %d', (size) => {
    expectClose(lossesOf([[size, 0]], [0]), [size > 0 ? 0 : -size], 1e-6);
    expectClose(gradientOf([[size, 0]], [0]), size > 0 ? [0, 0] : [-1, 1], 1e-6);
  });

  it('is 0 with gradient 0 when there is one class', () => {
    expect(lossesOf([[3], [-400]], [0, 0])).toEqual([0, 0]);
    expect(gradientOf([[3], [-400]], [0, 0])).toEqual([0, 0]);
  });

  it('does not change when a constant is added to all logits of a sample', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: -64, max: 64 }), (logits, shift) => {
        const shifted = logits.map((row) => row.map((z) => z + shift));
        expectClose(lossesOf(shifted, labelsOf(logits)), lossesOf(logits, labelsOf(logits)), 1e-3);
      }),
    );
  });

  it('follows a permutation of the batch', () => {
    fc.assert(
      fc.property(rows, (logits) => {
        const labels = labelsOf(logits);
        const reversed = lossesOf(logits.toReversed(), labels.toReversed()).toReversed();
        expect(reversed).toEqual(lossesOf(logits, labels));
      }),
    );
  });

  it('is never negative, and the gradient of a sample sums to 0', () => {
    fc.assert(
      fc.property(rows, (logits) => {
        expect(Math.min(...lossesOf(logits, labelsOf(logits)))).toBeGreaterThanOrEqual(0);
        const gradient = gradientOf(logits, labelsOf(logits));
        expect(Math.abs(gradient.reduce((sum, g) => sum + g, 0))).toBeLessThan(1e-5);
      }),
    );
  });

  it('passes the derivatives of a margin to the logit and to further inputs', () => {
    const [logits, labels, scale] = [[[0.3, -0.2, 0.9]], [1], [1.7]];
    const margin = (z: number, n: number) => n * z ** 2 - n;
    const loss = ([a, b, c, n]: number[]) => crossEntropy([a!, margin(b!, n!), c!], 1);
    const [zGradient, nGradient] = tf.tidy(() =>
      tf
        .grads((z: tf.Tensor, n: tf.Tensor) =>
          tf.sum(
            marginCrossEntropy(
              z as tf.Tensor2D,
              tf.tensor1d(labels, 'int32'),
              (t, n) => ({
                value: tf.sub(tf.mul(n!, tf.square(t)), n!),
                slope: tf.mul(tf.mul(n!, t), 2),
                inputSlopes: [tf.sub(tf.square(t), 1)],
              }),
              [n as tf.Tensor1D],
            ),
          ),
        )([tf.tensor2d(logits), tf.tensor1d(scale)])
        .map((gradient) => [...gradient.dataSync()]),
    );
    const expected = centralDifferences(loss, [...logits[0]!, ...scale]);
    expectClose([...zGradient!, ...nGradient!], expected, 1e-5);
  });
});
