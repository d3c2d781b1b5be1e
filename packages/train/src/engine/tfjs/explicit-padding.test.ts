import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { builtTensorFlow } from '../conformance/built-tensorflow.ts';
import { reasonAgainst } from '../conformance/reason-against.ts';
import { startBackend } from './start-backend.ts';

builtTensorFlow();
const reason = await reasonAgainst('tensorflow');

const numbers = (shape: [number, number, number, number], seed: number) =>
  tf.randomNormal<tf.Rank.R4>(shape, 0, 1, 'float32', seed);

/** Value and gradients, from the same numbers. */
function evaluate(
  kind: 'convolution' | 'pooling',
  stride: number,
  pad: number | tf.backend_util.ExplicitPadding,
) {
  const x = numbers([2, 9, 8, 3], 1);
  const filter = numbers([3, 3, 3, 4], 2);
  const run = (x: tf.Tensor, filter: tf.Tensor) => {
    const y =
      kind === 'convolution'
        ? tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad)
        : tf.mul(tf.maxPool(x as tf.Tensor4D, 3, stride, pad), tf.mean(filter));
    return tf.mul(y, tf.reshape(tf.range(0, y.size), y.shape));
  };
  const gradients = tf.grads(run)([x, filter]);
  return [run(x, filter), ...gradients].map((tensor) => [tensor.shape, [...tensor.dataSync()]]);
}

describe.skipIf(reason !== undefined)(
  `tfjs-node with explicit padding${reason ? ` (not here: ${reason})` : ''}`,
  () => {
    const explicit = [
      [0, 0],
      [2, 0],
      [1, 2],
      [0, 0],
    ] as tf.backend_util.ExplicitPadding;
    test.each([
      ['convolution', 1, 1],
      ['convolution', 2, 1],
      ['convolution', 2, 3],
      ['convolution', 1, explicit],
      ['pooling', 2, 1],
      ['pooling', 1, 1],
    ] as const)('%s, stride %d, padding %j', async (kind, stride, pad) => {
      const [cpu, tensorflow] = [await startBackend('cpu'), await startBackend('tensorflow')];
      const before = tf.findBackend('tensorflow').numDataIds();
      const evaluated = () =>
        tf.tidy(() => evaluate(kind, stride, pad) as never) as unknown as [number[], number[]][];
      const expected = cpu.compute(evaluated);
      for (const [i, [shape, values]] of tensorflow.compute(evaluated).entries()) {
        expect(shape).toEqual(expected[i]![0]);
        const largest = Math.max(...expected[i]![1].map(Math.abs));
        for (const [j, value] of values.entries())
          expect(Math.abs(value - expected[i]![1][j]!) / largest).toBeLessThan(1e-5);
      }
      expect(tf.findBackend('tensorflow').numDataIds()).toBe(before);
    });
  },
);
