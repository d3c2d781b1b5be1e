import * as tf from '@tensorflow/tfjs-core';
import { type Case, type Cases, on } from '../case.ts';
import type { CompareOptions } from '../compare.ts';
import { booleans, channelCounts, floats, image, integers, vector } from '../inputs.ts';

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

const subsets = (rank: number): number[][] =>
  Array.from({ length: 2 ** rank - 1 }, (_, bits) =>
    Array.from({ length: rank }, (_, axis) => axis).filter((axis) => (bits + 1) & (1 << axis)),
  );

/** Reduces over every subset of the axes, with and without keeping them, values in every layout. */
function reduction(f: Reduction, options: CompareOptions, dtypes: Case[]): Case[] {
  const each = (name: string, shape: number[], enter: (x: tf.Tensor) => tf.Tensor, o: CompareOptions) =>
    subsets(shape.length).map((axes) =>
      on(
        `${name}over ${axes}`,
        (x) => [f(enter(x), axes), f(enter(x), axes, true)],
        [floats(shape, 0.5, 1.5)],
        o,
      ),
    );
  return [
    on('a scalar', (x) => f(x), [floats([])], options),
    on('everything', (x) => f(x), [floats([2, 3])], options),
    on('a negative axis', (x) => f(x, -1), [floats([2, 3])], options),
    on('a uniform constant', (x) => [f(tf.fill([2, 3], 1.5), 0), x], [floats([1])]),
    on('one element along the axis', (x) => f(x, 1), [floats([3, 1])], options),
    ...each('', [4], (x) => x, options),
    ...each('', [2, 3, 4], (x) => x, options),
    ...each('', [2, 3, 2, 5], (x) => x, options),
    ...channelCounts.flatMap((c) => each(`an image of ${c} channels `, [2, 3, 2, c], image, options)),
    on(
      'an image of one pixel',
      (x) => [f(image(x), [1, 2]), f(image(x), 3)],
      [floats([2, 1, 1, 16])],
      options,
    ),
    ...dtypes,
  ];
}

const truth = (f: Reduction) =>
  reduction(
    (x, axis, keep) => f(x.dtype === 'bool' ? x : tf.greater(x, 0.9), axis, keep),
    {},
    subsets(2).map((axes) => on(`bool over ${axes}`, (x) => f(x, axes), [booleans([3, 4])])),
  );

/** In tfjs the gradient of a maximum goes to every one of equal maxima. */
const ties = (f: Reduction) => on('ties', (x) => f(x, 1), [integers([3, 4], 0, 2)]);
const missing = vector(1, Number.NaN, -2, Infinity);

const extreme = (f: (x: tf.Tensor, axis?: number) => tf.Tensor): Case[] => [
  ...[0, 1, 2, -1].map((axis) => on(`axis ${axis}`, (x) => f(x, axis), [floats([2, 3, 4])])),
  on('a vector', (x) => f(x), [floats([7])]),
  on('ties: the first', (x) => f(x, 1), [integers([5, 6], 0, 3)]),
  on('ties of float32: the first', (x) => f(tf.round(x), 1), [floats([5, 6])]),
  ...channelCounts.flatMap((c) =>
    [1, 3].map((axis) =>
      on(`an image of ${c} channels, axis ${axis}`, (x) => f(image(x), axis), [floats([2, 3, 2, c])]),
    ),
  ),
];

/** Cases of the kernels that reduce, and of those that work along an axis. */
export const reduceCases: Cases = {
  Sum: reduction(tf.sum, { gradients: true }, [
    on('int32', (x) => tf.sum(x, 0), [integers([3, 4])]),
    on('bool', (x) => tf.sum(x, 0), [booleans([3, 4])]),
    on('not a number', (x) => tf.sum(x), [missing]),
  ]),
  Mean: reduction(tf.mean, { gradients: true }, [on('int32', (x) => tf.mean(x, 0), [integers([3, 4])])]),
  Max: reduction(tf.max, { gradients: true }, [
    on('int32', (x) => tf.max(x, 0), [integers([3, 4])]),
    ties(tf.max),
  ]),
  Min: reduction(tf.min, { gradients: true }, [
    on('int32', (x) => tf.min(x, 0), [integers([3, 4])]),
    ties(tf.min),
  ]),
  Prod: reduction(tf.prod, {}, [
    on('int32', (x) => tf.prod(x, 0), [integers([3, 4])]),
    on('bool', (x) => tf.prod(x, 0), [booleans([3, 4])]),
  ]),
  All: truth(tf.all),
  Any: truth(tf.any),
  ArgMax: extreme(tf.argMax),
  ArgMin: extreme(tf.argMin),
  Softmax: [
    ...[[5], [2, 5], [2, 3, 4]].map((shape) =>
      on(`[${shape}]`, (x) => tf.softmax(x), [floats(shape, -5, 5)], { gradients: true }),
    ),
    on('large logits', (x) => tf.softmax(x), [vector(1000, 0, -1000, 999)]),
    ...channelCounts.map((c) =>
      on(`an image of ${c} channels`, (x) => tf.softmax(image(x)), [floats([2, 2, 2, c])]),
    ),
    on('as log softmax', (x) => tf.add(tf.logSoftmax(x), tf.softmax(x)), [floats([3, 5], -9, 9)], {
      gradients: true,
    }),
  ],
  Cumsum: [
    ...[0, 1, 2].flatMap((axis) =>
      [true, false].flatMap((exclusive) =>
        [true, false].map((reverse) =>
          on(
            `axis ${axis}, exclusive ${exclusive}, reverse ${reverse}`,
            (x) => tf.cumsum(x, axis, exclusive, reverse),
            [floats([2, 3, 4])],
            // tfjs's own gradient is correct along the last axis only.
            { gradients: axis === 2 },
          ),
        ),
      ),
    ),
    on('int32', (x) => tf.cumsum(x, 0), [integers([5])]),
    on('an image', (x) => tf.cumsum(image(x), 3), [floats([1, 2, 2, 16])]),
  ],
  TopK: [
    ...[1, 2, 5].map((k) =>
      on(`k ${k}`, (x) => Object.values(tf.topk(x, k)) as tf.Tensor[], [floats([3, 5])]),
    ),
    on('a vector', (x) => tf.topk(x, 3).values, [floats([9])]),
    on('rank 3', (x) => tf.topk(x, 2).indices, [floats([2, 3, 5])]),
    on('int32', (x) => tf.topk(x, 2).values, [integers([3, 5])]),
    on('the values', (x) => tf.topk(x, 2).values, [floats([2, 3, 5])], { gradients: true }),
    on('ties: the first', (x) => tf.topk(x, 3).indices, [integers([4, 6], 0, 2)]),
  ],
};
