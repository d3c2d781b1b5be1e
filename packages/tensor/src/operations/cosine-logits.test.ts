import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { centralDifferences, expectClose, expectNoLeak, gradientsOf, normals } from '../testing.ts';
import { cosineLogits } from './cosine-logits.ts';
import { unitWeightLogits } from './unit-weight-logits.ts';

const [batch, size, classes] = [4, 3, 5];
const x = normals(batch * size, 'embeddings');
const w = normals(size * classes, 'weights');
const upstream = normals(batch * classes, 'upstream');
const inputs = [
  { values: x, shape: [batch, size] },
  { values: w, shape: [classes, size] },
];

/** `scale(‖x_i‖)·x_i·w_j / ‖w_j‖`. */
const reference = (x: number[], w: number[], scale: (length: number) => number): number[] =>
  Array.from({ length: batch * classes }, (_, k) => {
    const row = x.slice(Math.floor(k / classes) * size, (Math.floor(k / classes) + 1) * size);
    const own = w.slice((k % classes) * size, (k % classes) * size + size);
    const product = row.reduce((sum, v, d) => sum + v * own[d]!, 0);
    return (scale(Math.hypot(...row)) * product) / (Math.hypot(...row) * Math.hypot(...own));
  });

const cases: [string, (x: tf.Tensor, w: tf.Tensor) => tf.Tensor, (length: number) => number][] = [
  ['cosineLogits', (x, w) => cosineLogits(x as tf.Tensor2D, w as tf.Tensor2D), () => 1],
  ['cosineLogits, scale 64', (x, w) => cosineLogits(x as tf.Tensor2D, w as tf.Tensor2D, 64), () => 64],
  ['unitWeightLogits', (x, w) => unitWeightLogits(x as tf.Tensor2D, w as tf.Tensor2D), (length) => length],
];

describe.each(cases)('%s', (_name, f, scale) => {
  it('is the formula', () => {
    tf.tidy(() => {
      const values = f(tf.tensor(x, [batch, size]), tf.tensor(w, [classes, size])).dataSync();
      expectClose(values, reference(x, w, scale), 1e-5);
    });
  });

  it('has both gradients that central differences give', () => {
    const [byX, byW] = gradientsOf((a, b) => f(a!, b!), inputs, upstream);
    expectClose(
      byX!,
      centralDifferences((v) => reference(v, w, scale), x, upstream),
      1e-4,
    );
    expectClose(
      byW!,
      centralDifferences((v) => reference(x, v, scale), w, upstream),
      1e-4,
    );
  });

  it('is finite, value and gradient, with zero vectors', () => {
    const zeros = [
      { values: [0, 0, 1, 2], shape: [2, 2] },
      { values: [0, 1, 0, 1], shape: [2, 2] },
    ];
    const gradients = gradientsOf((a, b) => f(a!, b!), zeros, [1, 1, 1, 1]);
    expect(gradients.flat().every(Number.isFinite)).toBe(true);
  });

  it('leaves no tensor behind', () => {
    const tensors = [tf.tensor(x, [batch, size]), tf.tensor(w, [classes, size])];
    expectNoLeak(() => [tf.tidy(() => f(tensors[0]!, tensors[1]!))]);
    expectNoLeak(() => tf.grads((a, b) => tf.sum(f(a!, b!)))(tensors));
    tf.dispose(tensors);
  });
});

it('keeps cosines of parallel vectors within [-1, 1]', () => {
  tf.tidy(() => {
    const vectors = tf.tensor2d(normals(512 * 7, 'parallel'), [512, 7]);
    const cosines = cosineLogits(vectors, vectors);
    expect(tf.max(cosines).dataSync()[0]).toBeLessThanOrEqual(1);
    expect(tf.min(cosineLogits(vectors, tf.neg(vectors))).dataSync()[0]).toBeGreaterThanOrEqual(-1);
  });
});
