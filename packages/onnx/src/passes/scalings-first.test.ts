import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { compare } from '../testing/compare.ts';
import { floats } from '../testing/inputs.ts';
import { record } from '../trace/trace.ts';

const update = (momentum: tf.Tensor, x: tf.Tensor, y: tf.Tensor) =>
  tf.add(tf.mul(momentum, 0.9), tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, true));

test('what an optimizer scales comes before the gradient, and is added to it all the same', async () => {
  const { graph } = record(
    ({ momentum, x, y }) => ({ next: update(momentum!, x!, y!) }),
    { x: { shape: [2, 3] }, y: { shape: [2, 4] }, momentum: { shape: [3, 4] } },
    {},
  );
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Mul', 'Gemm', 'Add']);
  await compare(update, [floats([3, 4]), floats([2, 3]), floats([2, 4])], { gradients: true });
});
