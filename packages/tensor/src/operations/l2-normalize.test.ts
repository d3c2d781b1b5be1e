import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { centralDifferences, expectClose, expectNoLeak, gradientsOf, normals } from '../testing.ts';
import { l2Normalize } from './l2-normalize.ts';

const rowsOf = (x: number[], width: number) =>
  Array.from({ length: x.length / width }, (_, i) => x.slice(i * width, (i + 1) * width));
const reference = (x: number[]) => rowsOf(x, 4).flatMap((row) => row.map((v) => v / Math.hypot(...row)));

describe('l2Normalize', () => {
  const x = normals(12, 'l2');
  const weights = normals(12, 'l2 weights');

  it('divides by the length along the axis', () => {
    tf.tidy(() => {
      expectClose(l2Normalize(tf.tensor2d(x, [3, 4])).dataSync(), reference(x), 1e-6);
      const columns = tf.transpose(l2Normalize(tf.transpose(tf.tensor2d(x, [3, 4])), 0));
      expectClose(columns.dataSync(), reference(x), 1e-6);
    });
  });

  it('has the gradient that central differences give', () => {
    const [gradient] = gradientsOf((input) => l2Normalize(input!), [{ values: x, shape: [3, 4] }], weights);
    expectClose(gradient!, centralDifferences(reference, x, weights), 1e-5);
  });

  it('is 0 with a finite gradient at 0, and exact for tiny vectors', () => {
    const [gradient] = gradientsOf(
      (input) => l2Normalize(input!),
      [{ values: [0, 0], shape: [1, 2] }],
      [1, -2],
    );
    expectClose(gradient!, [1e6, -2e6], 1e-5);
    tf.tidy(() => {
      expect([...l2Normalize(tf.zeros([2, 3])).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
      expectClose(l2Normalize(tf.tensor2d([[3e-3, 4e-3]])).dataSync(), [0.6, 0.8], 1e-5);
    });
  });

  it('leaves no tensor behind', () => {
    const input = tf.tensor2d(x, [3, 4]);
    expectNoLeak(() => [l2Normalize(input)]);
    expectNoLeak(() => [tf.grad((v) => tf.sum(l2Normalize(v)))(input)]);
    input.dispose();
  });
});
