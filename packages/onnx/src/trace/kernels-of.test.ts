import '@tensorflow/tfjs-backend-cpu';
import '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { kernelsOf } from './kernels-of.ts';
import { TraceError } from './trace-error.ts';

/** What an eager backend is asked for. */
function calledEagerly(run: (x: tf.Tensor) => unknown): string[] {
  const names = new Set<string>();
  const original = tf.engine().runKernel;
  tf.engine().runKernel = function (name, ...rest) {
    names.add(name);
    return original.call(this, name, ...rest) as never;
  };
  tf.tidy(() => void run(tf.tensor([0.5, -1, 2])));
  tf.engine().runKernel = original;
  return [...names].sort();
}

it.each<[string, (x: tf.Tensor) => unknown]>([
  ['a composition', (x) => tf.softmax(tf.mul(x, 2))],
  ['a gradient', (x) => tf.grad((y) => tf.sum(tf.relu(tf.square(y))))(x)],
  ['a copy', (x) => tf.clone(x)],
])('names what an eager backend is asked for: %s', async (_, run) => {
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  const names = kernelsOf(({ x }) => run(x!), { x: { shape: [3] } });
  expect(names).toEqual(calledEagerly(run));
  expect(names.length).toBeGreaterThan(0);
  expect(tf.memory().numTensors).toBe(before);
  expect(tf.getBackend()).toBe('cpu');
});

it('takes the shapes of kernels that cannot be traced from another backend', async () => {
  await tf.setBackend('cpu');
  const run = (x: tf.Tensor) => {
    const { values } = tf.topk(tf.cumprod(x), 2);
    return tf.relu(tf.mul(values, tf.tensor([1, 2])));
  };
  const before = tf.engine().backend.numDataIds();
  const names = kernelsOf(({ x }) => run(x!), { x: { shape: [3] } }, 'cpu');
  expect(names).toEqual(calledEagerly(run));
  expect(names).toContain('Cumprod');
  expect(tf.engine().backend.numDataIds()).toBe(before);
});

it('refuses what can be neither traced nor stood in for, and a value that is read', () => {
  const x = { x: { shape: [4] } };
  expect(() => kernelsOf(({ x }) => tf.cumprod(x!), x)).toThrow(TraceError);
  expect(() => kernelsOf(({ x }) => tf.cumprod(x!), x, 'none')).toThrow(TraceError);
  expect(() => kernelsOf(({ x }) => x!.dataSync(), x, 'cpu')).toThrow(TraceError);
});
