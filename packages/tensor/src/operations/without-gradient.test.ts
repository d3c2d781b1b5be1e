import '../testing.ts';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { withoutGradient } from './without-gradient.ts';

it('is a constant to a gradient, and may compare', () => {
  tf.tidy(() => {
    const f = (x: tf.Tensor) => {
      const mask = withoutGradient(() => tf.cast(tf.greater(x, tf.mean(x)), 'float32'));
      return tf.sum(tf.mul(tf.square(x), mask));
    };
    const gradient = tf.grad(f)(tf.tensor1d([1, 2, 6]));
    expect([...gradient.dataSync()]).toEqual([0, 0, 12]);
  });
});

it('leaves nothing behind but its result', () => {
  const x = tf.tensor1d([1, 2]);
  const before = tf.memory().numTensors;
  const value = withoutGradient(() => tf.mul(tf.add(x, 1), 2));
  expect([...value.dataSync()]).toEqual([4, 6]);
  expect(tf.memory().numTensors).toBe(before + 1);
  tf.dispose([x, value]);
});
