import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Head } from '../head.ts';

// Silences the advice to install another backend. It has no other effect.
tf.enableProdMode();
await tf.setBackend('cpu');

/** Result of a head on plain arrays, and the gradients of `sum(upstream·losses) + penalty`. */
export interface Evaluation {
  losses: number[];
  logits: number[][];
  gradients: Record<string, number[]>;
  penalty?: number;
  statistics?: Record<string, number>;
}

/** Inputs of a head. All members except `embeddings`, `labels`, `upstream`, `step` and `statistics` are parameters. */
export interface EvaluationInputs {
  embeddings: number[][];
  labels: number[];
  upstream?: number[];
  step?: number | tf.Scalar;
  statistics?: Record<string, number> | undefined;
  weight: number[][];
  bias?: number[];
  margin?: number[];
}

/** Runs a head forward and backward on plain arrays. */
export function evaluate(head: Head, inputs: EvaluationInputs): Evaluation {
  return tf.tidy(() => {
    const { labels, upstream = labels.map(() => 1), step = 0, statistics, ...arrays } = inputs;
    const names = Object.keys(arrays);
    const run = (...values: tf.Tensor[]) => {
      const { embeddings, ...params } = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
      const before = statistics && mapValues(statistics, (value) => tf.scalar(value));
      return head.losses(params, embeddings as tf.Tensor2D, tf.tensor1d(labels, 'int32'), step, before);
    };
    const total = (...values: tf.Tensor[]) => {
      const { losses, penalty = 0 } = run(...values);
      return tf.add(tf.sum(tf.mul(losses, upstream)), penalty);
    };
    const variables = Object.values(arrays).map((array) => tf.tensor(array as number[][]));
    const { losses, logits, penalty, statistics: after } = run(...variables);
    const gradients = tf.grads(total)(variables);
    return {
      losses: [...losses.dataSync()],
      logits: logits!.arraySync(),
      gradients: Object.fromEntries(names.map((name, i) => [name, [...gradients[i]!.dataSync()]])),
      ...(penalty && { penalty: penalty.dataSync()[0]! }),
      ...(after && {
        statistics: mapValues(after as Record<string, tf.Tensor>, (value) => value.dataSync()[0]!),
      }),
    };
  });
}

const mapValues = <From, To>(record: Record<string, From>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

/** Expects each error to be within `tolerance` times the value, or times 5 % of the largest value, if greater. */
export function expectClose(actual: number[], expected: number[], tolerance: number): void {
  const least = Math.max(1e-3, ...expected.map(Math.abs)) / 20;
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Number.isFinite(actual[i]), `value ${i} is ${actual[i]}`).toBe(true);
    const error = Math.abs(actual[i]! - value) / Math.max(Math.abs(value), least);
    expect(error, `value ${i}: ${actual[i]} against ${value}`).toBeLessThan(tolerance);
  }
}

/** Returns the derivative of `f` at every coordinate by central differences in double precision. */
export const centralDifferences = (f: (x: number[]) => number, x: number[], h = 1e-5): number[] =>
  x.map((_, i) => {
    const at = (shift: number) => f(x.map((value, j) => (i === j ? value + shift : value)));
    return (at(h) - at(-h)) / (2 * h);
  });
