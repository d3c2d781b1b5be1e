import '@tensorflow/tfjs-backend-cpu';
import { Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { type ConvOptions, conv } from './layers.ts';

it.each<[ConvOptions, shape: number[]]>([
  [{}, [1, 14, 10, 4]],
  [{ size: [1, 7] }, [1, 14, 10, 4]],
  [{ size: [7, 1], dilation: 2 }, [1, 14, 10, 4]],
  [{ size: [3, 5], stride: 2 }, [1, 7, 5, 4]],
  [{ size: [3, 5], padding: [0, 2] }, [1, 12, 10, 4]],
  [{ size: 3, padding: 0 }, [1, 12, 8, 4]],
])('a convolution with %j keeps the size of its input unless it is told otherwise', (options, shape) => {
  const layer = conv(3, 4, options);
  const { output } = layer.apply(layer.init(Rng.of(1)), tf.ones<tf.Rank.R4>([1, 14, 10, 3]), 'inference');
  expect(output.shape).toEqual(shape);
});
