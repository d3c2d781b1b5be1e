import * as tf from '@tensorflow/tfjs-core';
import { type Case, type Cases, on } from '../case.ts';
import { floats, image } from '../inputs.ts';

const swap = (shape: number[], swapped: boolean) =>
  swapped ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;

const flags = [false, true];
const product = ([a, b]: [number[], number[]]): Case[] =>
  flags.flatMap((left) =>
    flags.map((right) =>
      on(
        `[${a}]${left ? 'ᵀ' : ''} times [${b}]${right ? 'ᵀ' : ''}`,
        (x, y) => tf.matMul(x, y, left, right),
        [floats(swap(a, left)), floats(swap(b, right))],
        { gradients: a.slice(0, -2).join() === b.slice(0, -2).join() },
      ),
    ),
  );

const shapes: [number[], number[]][] = [
  [
    [2, 3],
    [3, 4],
  ],
  [
    [1, 3],
    [3, 1],
  ],
  [
    [5, 2, 3],
    [5, 3, 4],
  ],
  [
    [1, 2, 3],
    [1, 3, 4],
  ],
  [
    [5, 2, 3],
    [1, 3, 4],
  ],
  [
    [1, 2, 3],
    [5, 3, 4],
  ],
  [
    [2, 5, 2, 3],
    [2, 5, 3, 4],
  ],
  [
    [2, 3],
    [5, 3, 4],
  ],
];

const fused = (['linear', 'relu', 'elu', 'sigmoid'] as const).flatMap((activation) => [
  on(activation, (a, b) => tf.fused.matMul({ a, b, activation }), [floats([3, 5]), floats([5, 4])]),
  on(
    `${activation} with a bias and transposes`,
    (a, b, bias) => tf.fused.matMul({ a, b, transposeA: true, transposeB: true, bias, activation }),
    [floats([5, 3]), floats([4, 5]), floats([4])],
  ),
]);

/** Cases of matrix products. */
export const matrixCases: Cases = {
  BatchMatMul: [
    ...shapes.flatMap(product),
    on(
      'an image as a matrix',
      (x, w) => tf.matMul(tf.reshape(image(x), [2, 96]), w),
      [floats([2, 3, 2, 16]), floats([96, 4])],
      {
        gradients: true,
      },
    ),
    on('a constant', (x) => tf.matMul(x, tf.ones([3, 2])), [floats([2, 3])], { gradients: true }),
  ],
  _FusedMatMul: fused,
};
