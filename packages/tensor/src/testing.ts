import '#gradients';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { Rng } from './rng.ts';

// Silences the advice to install another backend; nothing else changes.
tf.enableProdMode();
await tf.setBackend('cpu');

/** Returns values that float32 holds exactly, drawn from the normal distribution. */
export const normals = (count: number, seed: number | string): number[] => {
  const rng = Rng.of('test', seed);
  return Array.from({ length: count }, () => Math.fround(rng.normal()));
};

/** Returns the gradient of `sum(f(x)·weights)` with respect to every input, flat. */
export function gradientsOf(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: { values: number[]; shape: number[] }[],
  weights: number[],
): number[][] {
  return tf.tidy(() => {
    const tensors = inputs.map(({ values, shape }) => tf.tensor(values, shape));
    const weighted = (...x: tf.Tensor[]) => tf.sum(tf.mul(tf.reshape(f(...x), [-1]), tf.tensor1d(weights)));
    return tf
      .grads(weighted)(tensors)
      .map((gradient) => [...gradient.dataSync()]);
  });
}

/** Computes the derivative of `sum(f(x)·weights)` by central differences in double precision. */
export const centralDifferences = (f: (x: number[]) => number[], x: number[], weights: number[], h = 1e-6) =>
  x.map((_, i) => {
    const at = (shift: number) =>
      f(x.map((value, j) => (i === j ? value + shift : value))).reduce(
        (sum, y, k) => sum + y * weights[k]!,
        0,
      );
    return (at(h) - at(-h)) / (2 * h);
  });

/** Expects each value to be within `tolerance` of its size, or of 5 % of the largest, if greater. */
export function expectClose(actual: ArrayLike<number>, expected: number[], tolerance: number): void {
  const least = Math.max(1e-3, ...expected.map(Math.abs)) / 20;
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(actual[i]! - value) / Math.max(Math.abs(value), least);
    expect(error, `value ${i}: ${actual[i]} against ${value}`).toBeLessThan(tolerance);
  }
}

/** Runs `work`, which returns the tensors that it hands over, and expects that no others are left behind. */
export function expectNoLeak(work: () => tf.Tensor[]): void {
  const before = tf.memory().numTensors;
  const handedOver = work();
  expect(tf.memory().numTensors).toBe(before + new Set(handedOver).size);
  tf.dispose(handedOver);
}
