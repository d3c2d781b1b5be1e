import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { trace } from './trace.ts';

test('where no backend was set before a trace, tfjs computes after it', () => {
  expect(tf.engine().backendName).toBeFalsy();
  trace(({ x }) => ({ y: tf.relu(x!) }), { x: { shape: [2] } });
  expect(tf.getBackend()).toBe('cpu');
  expect([...tf.relu(tf.tensor1d([-1, 2])).dataSync()]).toEqual([0, 2]);
});
