import '@tensorflow/tfjs-backend-cpu';
import './gradients.ts';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { gradientsOf } from './testing.ts';

it('sends the gradient of each of the largest values back to its place, and none to the others', () => {
  const [gradient] = gradientsOf(
    (x) => tf.topk(x!, 2).values,
    [{ values: [3, 9, 5, 7, 7, 1], shape: [2, 3] }],
    [10, 20, 30, 40],
  );
  expect(gradient).toEqual([0, 10, 20, 30, 40, 0]);
});
