import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { centralDifferences, expectClose, expectNoLeak, gradientsOf, normals } from '../testing.ts';
import { prelu } from './prelu.ts';
import { relu } from './relu.ts';

const x = normals(24, 'relu');
const weights = normals(24, 'relu weights');

describe('relu', () => {
  it('is max(x, 0) with gradient dy where the output is positive, and 0 at 0', () => {
    const values = [-1, -0, 0, 1e-30, 2];
    const [gradient] = gradientsOf((input) => relu(input!), [{ values, shape: [5] }], [3, 3, 3, 3, 3]);
    expectClose(gradient!, [0, 0, 0, 3, 3], 1e-6);
    tf.tidy(() => expectClose(relu(tf.tensor1d(values)).dataSync(), [0, 0, 0, 1e-30, 2], 1e-6));
  });

  it('leaves no tensor behind', () => {
    const input = tf.tensor1d(x);
    expectNoLeak(() => [relu(input)]);
    expectNoLeak(() => [tf.grad((v) => tf.sum(relu(v)))(input)]);
    input.dispose();
  });
});

describe('prelu', () => {
  const alpha = [0.25, -0.1, 0.5];
  const reference = (values: number[], slopes: number[]) =>
    values.map((v, i) => (v > 0 ? v : v * slopes[i % slopes.length]!));

  it.each([
    [[3], [8, 3]],
    [[3], [2, 2, 2, 3]],
    [
      [1, 1, 1, 3],
      [2, 2, 2, 3],
    ],
  ])('has value and both gradients of the formula, slopes %j on %j', (slopeShape, shape) => {
    const inputs = [
      { values: x, shape },
      { values: alpha, shape: slopeShape },
    ];
    const [byInput, bySlope] = gradientsOf((input, slope) => prelu(input!, slope!), inputs, weights);
    expectClose(
      byInput!,
      centralDifferences((v) => reference(v, alpha), x, weights),
      1e-5,
    );
    expectClose(
      bySlope!,
      centralDifferences((slopes) => reference(x, slopes), alpha, weights),
      1e-5,
    );
    tf.tidy(() =>
      expectClose(
        prelu(tf.tensor(x, shape), tf.tensor(alpha, slopeShape)).dataSync(),
        reference(x, alpha),
        1e-6,
      ),
    );
  });

  it('gives one slope for all channels one summed gradient', () => {
    const inputs = [
      { values: [-2, 1, -3], shape: [1, 3] },
      { values: [0.5], shape: [] },
    ];
    const [, bySlope] = gradientsOf((input, slope) => prelu(input!, slope!), inputs, [1, 1, 2]);
    expect(bySlope).toEqual([-8]);
  });

  it('leaves no tensor behind', () => {
    const [input, slopes] = [tf.tensor2d(x, [8, 3]), tf.tensor1d(alpha)];
    expectNoLeak(() => [prelu(input, slopes)]);
    expectNoLeak(() => tf.grads((v, a) => tf.sum(prelu(v, a)))([input, slopes]));
    tf.dispose([input, slopes]);
  });
});
