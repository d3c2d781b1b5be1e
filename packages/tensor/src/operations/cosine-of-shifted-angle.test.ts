import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectClose, expectNoLeak, gradientsOf } from '../testing.ts';
import { cosineOfShiftedAngle } from './cosine-of-shifted-angle.ts';

const cosines = [-0.999, -0.9, -0.3, 0, 0.3, 0.9, 0.999, 0.9999999].map(Math.fround);

describe.each([0, 0.5, 2])('cosineOfShiftedAngle, m = %d', (m) => {
  it('is cos(acos(c) + m), 1 and -1 included', () => {
    const values = [-1, ...cosines, 1];
    const expected = values.map((c) => Math.cos(Math.acos(c) + m));
    tf.tidy(() => expectClose(cosineOfShiftedAngle(tf.tensor1d(values), m).dataSync(), expected, 1e-5));
  });

  it('has the derivative sin(θ + m)/sin θ, and cos m at ±1', () => {
    const ones = cosines.map(() => 1);
    const [gradient] = gradientsOf(
      (c) => cosineOfShiftedAngle(c!, m),
      [{ values: cosines, shape: [8] }],
      ones,
    );
    expectClose(
      gradient!,
      cosines.map((c) => Math.sin(Math.acos(c) + m) / Math.sin(Math.acos(c))),
      1e-4,
    );
    const edges = gradientsOf((c) => cosineOfShiftedAngle(c!, m), [{ values: [-1, 1], shape: [2] }], [1, 1]);
    expectClose(edges[0]!, [Math.cos(m), Math.cos(m)], 1e-6);
  });
});

it('leaves no tensor behind', () => {
  const input = tf.tensor1d(cosines);
  expectNoLeak(() => [cosineOfShiftedAngle(input, 0.5)]);
  expectNoLeak(() => [tf.grad((c) => tf.sum(cosineOfShiftedAngle(c, 0.5)))(input)]);
  expect(input.isDisposed).toBe(false);
  input.dispose();
});
