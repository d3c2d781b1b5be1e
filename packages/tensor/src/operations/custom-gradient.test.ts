import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { customGradient } from './custom-gradient.ts';

/** `x·step(x) + y²`, whose step tfjs would not differentiate. */
const gated = (x: tf.Tensor1D, y: tf.Tensor1D) =>
  customGradient(
    { x, y },
    {
      forward: ({ x, y }) => {
        const gate = tf.step(x);
        return { value: tf.add<tf.Tensor1D>(tf.mul(x, gate), tf.square(y)), saved: { gate, y } };
      },
      backward: (dy, { gate, y }) => ({ y: tf.mul(dy, tf.mul(y, 2)), x: tf.mul(dy, gate) }),
    },
  );

it('gives value and gradients by name, whatever their order', () => {
  tf.tidy(() => {
    const [x, y, dy] = [tf.tensor1d([-1, 2]), tf.tensor1d([3, 4]), tf.tensor1d([10, 100])];
    expect([...gated(x, y).dataSync()]).toEqual([9, 18]);
    const [byX, byY] = tf.grads((x, y) => gated(x as tf.Tensor1D, y as tf.Tensor1D))([x, y], dy);
    expect([...byX!.dataSync()]).toEqual([0, 100]);
    expect([...byY!.dataSync()]).toEqual([60, 800]);
  });
});

it('keeps what its gradient needs, and nothing once that is taken', () => {
  const [x, y] = [tf.tensor1d([-1, 2]), tf.tensor1d([3, 4])];
  const before = tf.memory().numTensors;
  const gradient = tf.grad((x) => gated(x as tf.Tensor1D, y))(x);
  expect(tf.memory().numTensors).toBe(before + 1);
  tf.dispose([gradient, x, y]);
});
