import '@tensorflow/tfjs-backend-cpu';
import { Rng, sizeOf, toTensors } from '@hm/tensor';
import { hostTensor } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { trace } from './trace/trace.ts';
import { withoutWeights, withWeights } from './weights.ts';

const rng = Rng.of('weights');
const random = (shape: number[]) =>
  hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-1, 1)),
  );
const weights = { filter: random([3, 2, 3, 4]), dense: random([4, 5]), bias: random([5]) };

it('gives a network its weights back to the byte', async () => {
  await tf.setBackend('cpu');
  const { filter, dense, bias, ...none } = toTensors(weights) as Record<string, tf.Tensor>;
  expect(none).toEqual({});
  const model = trace(
    ({ images }) => {
      const map = tf.conv2d(images as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid');
      return { embedding: tf.add(tf.matMul(tf.mean(map, [1, 2]), dense!), bias!) };
    },
    { images: { shape: ['batch', 8, 8, 3] } },
    { parameters: { filter: filter!, dense: dense!, bias: bias! } },
  );
  const graph = withoutWeights(model, Object.keys(weights));
  expect(model.length - graph.length).toBeGreaterThan(4 * (72 + 20 + 5));
  expect(withWeights(graph, weights)).toEqual(model);
  expect(withWeights(Buffer.from(graph).toString('base64'), weights)).toEqual(model);
  expect(() => withWeights(graph, { ...weights, dense: random([4, 4]) })).toThrow(
    'expected 20 numbers for "dense", got [4, 4]',
  );
  expect(() => withWeights(graph, { filter: weights.filter })).toThrow('for "dense", got none');
});
