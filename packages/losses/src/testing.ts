import '@tensorflow/tfjs-backend-cpu';
import type { Params } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Head } from './head.ts';

// Silences the advice to install another backend; nothing else differs.
tf.enableProdMode();
await tf.setBackend('cpu');

/** What a head gives for plain arrays, and the gradients of `sum(upstream·losses)`. */
export interface Evaluation {
  losses: number[];
  logits: number[][];
  gradients: Record<string, number[]>;
}

export interface EvaluationInputs {
  embeddings: number[][];
  weight: number[][];
  bias?: number[];
  labels: number[];
  upstream?: number[];
  step?: number | tf.Scalar;
}

/** Runs a head forward and backward on plain arrays. */
export function evaluate(head: Head, inputs: EvaluationInputs): Evaluation {
  return tf.tidy(() => {
    const { embeddings, weight, bias, labels, step = 0 } = inputs;
    const upstream = tf.tensor1d(inputs.upstream ?? labels.map(() => 1));
    const variables: Record<string, tf.Tensor> = {
      embeddings: tf.tensor2d(embeddings),
      weight: tf.tensor2d(weight),
    };
    if (bias) variables.bias = tf.tensor1d(bias);
    const names = Object.keys(variables);
    const run = (...values: tf.Tensor[]) => {
      const [x, w, b] = values as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D?];
      const params: Params = b ? { weight: w, bias: b } : { weight: w };
      return head.losses(params, x, tf.tensor1d(labels, 'int32'), step);
    };
    const { losses, logits } = run(...Object.values(variables));
    const gradients = tf.grads((...values: tf.Tensor[]) => tf.sum(tf.mul(run(...values).losses, upstream)))(
      Object.values(variables),
    );
    return {
      losses: [...losses.dataSync()],
      logits: logits!.arraySync(),
      gradients: Object.fromEntries(names.map((name, i) => [name, [...gradients[i]!.dataSync()]])),
    };
  });
}

/** Expects each value within `tolerance` of its size, or of a twentieth of the largest where that is more. */
export function expectClose(actual: number[], expected: number[], tolerance: number): void {
  const least = Math.max(1e-3, ...expected.map(Math.abs)) / 20;
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Number.isFinite(actual[i]), `value ${i} is ${actual[i]}`).toBe(true);
    const error = Math.abs(actual[i]! - value) / Math.max(Math.abs(value), least);
    expect(error, `value ${i}: ${actual[i]} against ${value}`).toBeLessThan(tolerance);
  }
}

/** The derivative of `f` at every coordinate by central differences in double precision. */
export const centralDifferences = (f: (x: number[]) => number, x: number[], h = 1e-5): number[] =>
  x.map((_, i) => {
    const at = (shift: number) => f(x.map((value, j) => (i === j ? value + shift : value)));
    return (at(h) - at(-h)) / (2 * h);
  });
