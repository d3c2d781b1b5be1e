import * as tf from '@tensorflow/tfjs-core';
import { type Case, type Cases, on } from '../case.ts';
import type { Program } from '../compare.ts';
import { booleans, channelCounts, floats, image, integers, integerVector } from '../inputs.ts';

const slope = { gradients: true };

/** Cases of a function of one tensor, on float32 with its gradient and on the other dtypes. */
const every = (name: string, program: Program, shape: number[]): Case[] => [
  on(name, program, [floats(shape)], slope),
  on(`${name}, int32`, program, [integers(shape)]),
  on(`${name}, bool`, program, [booleans(shape)]),
];

/** Cases of the same on images. */
const onImages = (name: string, f: (x: tf.Tensor4D) => tf.Tensor | tf.Tensor[], size = [2, 3, 2]): Case[] =>
  channelCounts.map((c) =>
    on(`${name} of an image of ${c} channels`, (x) => f(image(x)), [floats([...size, c])], slope),
  );

const reshapes = (f: (x: tf.Tensor, shape: number[]) => tf.Tensor): Case[] => [
  ...every('[2, 3, 4] to [6, 4]', (x) => f(x, [6, 4]), [2, 3, 4]),
  ...every('[2, 3] to itself', (x) => f(x, [2, 3]), [2, 3]),
  ...every('[1] to []', (x) => f(x, []), [1]),
  on('a constant', (x) => [f(tf.tensor1d([1, 2, 3, 4]), [2, 2]), x], [floats([1])]),
  on('a uniform constant', (x) => tf.add(x, f(tf.fill([4], 2), [2, 2])), [floats([2, 2])]),
  ...onImages('to a matrix', (x) => f(x, [2, x.size / 2])),
  ...onImages('to a vector', (x) => f(x, [x.size])),
  ...onImages('to a matrix', (x) => f(x, [2, x.size / 2]), [2, 1, 1]),
  ...onImages('of one value a row', (x) => f(tf.sum(x, [1, 2, 3], true), [2])),
];

/** Cases of the kernels that move values without computing any. */
export const shapeCases: Cases = {
  Reshape: reshapes((x, shape) => tf.reshape(x, shape)),
  ExpandDims: [0, 1, 2, -1].flatMap((axis) => [
    ...every(`axis ${axis}`, (x) => tf.expandDims(x, axis), [2, 3]),
    ...onImages(`axis ${axis} of the mean`, (x) => tf.expandDims(tf.mean(x, [1, 2]), axis)),
  ]),
  Transpose: [
    ...every('a matrix', (x) => tf.transpose(x), [2, 3]),
    ...every('rank 3', (x) => tf.transpose(x, [2, 0, 1]), [2, 3, 4]),
    ...onImages('to NCHW', (x) => tf.transpose(x, [0, 3, 1, 2])),
    on('back from NCHW', (x) => image(tf.transpose(x, [0, 2, 3, 1])), [floats([2, 16, 3, 2])], slope),
  ],
  Tile: [
    ...every('a vector', (x) => tf.tile(x, [3]), [4]),
    ...every('a matrix', (x) => tf.tile(x, [2, 3]), [2, 3]),
    ...every('broadcastTo', (x) => tf.broadcastTo(x, [4, 2, 3]), [2, 1]),
    on('a uniform constant', (x) => tf.add(x, tf.tile(tf.fill([2], 3), [2])), [floats([4])]),
    ...onImages('twice', (x) => tf.tile(x, [1, 2, 1, 1])),
  ],
  Concat: [
    ...[0, 1, -1].map((axis) =>
      on(`axis ${axis}`, (a, b) => tf.concat([a, b, a], axis), [floats([2, 3]), floats([2, 3], 5, 6)], slope),
    ),
    on('int32', (a, b) => tf.concat([a, b]), [integers([2]), integers([3])]),
    on('bool', (a, b) => tf.concat([a, b]), [booleans([2]), booleans([3])]),
    on('an empty part', (a) => tf.concat([tf.zeros([0, 2]), a, a]), [floats([2, 2])]),
    on('constants', (a) => tf.concat([tf.zeros([1, 2]), a, tf.ones([1, 2])]), [floats([2, 2])]),
    ...channelCounts.flatMap((c) =>
      [0, 1, 3].map((axis) =>
        on(
          `images of ${c} channels, axis ${axis}`,
          (a, b) => image(tf.concat([image(a), b], axis)),
          [floats([2, 3, 2, c]), floats([2, 3, 2, c], 5, 6)],
          slope,
        ),
      ),
    ),
  ],
  Pack: [
    ...[0, 1, -1].map((axis) =>
      on(`axis ${axis}`, (a, b) => tf.stack([a, b], axis), [floats([2, 3]), floats([2, 3], 5, 6)], slope),
    ),
    on('scalars', (a, b) => tf.stack([a, b]), [floats([]), floats([], 5, 6)], slope),
    on('one', (a) => tf.stack([a]), [floats([3])], slope),
    on('int32', (a) => tf.stack([a, a]), [integers([3])]),
    on('a constant', (a) => tf.stack([a, tf.ones([3])]), [floats([3])]),
  ],
  Unpack: [
    ...[0, 1, -1].flatMap((axis) => every(`axis ${axis}`, (x) => tf.unstack(x, axis), [2, 3])),
    on('one', (x) => tf.unstack(x), [floats([1, 3])]),
    ...onImages('axis 3', (x) => tf.unstack(x, 3).slice(0, 2)),
  ],
  SplitV: [
    ...every('even', (x) => tf.split(x, 2, 1), [2, 4]),
    ...every('uneven', (x) => tf.split(x, [1, 3], 1), [2, 4]),
    ...every('a negative axis', (x) => tf.split(x, [1, 1, 2], -1), [2, 4]),
    ...onImages('rows', (x) => tf.split(x, [1, 2], 1)),
  ],
  Slice: [
    ...every('rows', (x) => tf.slice(x, 1, 2), [4, 3]),
    ...every('a window', (x) => tf.slice(x, [1, 0], [2, 2]), [4, 3]),
    ...every('to the end', (x) => tf.slice(x, [1, 1], [-1, -1]), [4, 3]),
    ...every('all', (x) => tf.slice(x, [0, 0]), [4, 3]),
    on('a constant', (x) => tf.add(x, tf.slice(tf.tensor1d([1, 2, 3]), 1, 2)), [floats([2])]),
    ...onImages('channels', (x) => tf.slice(x, [0, 1, 0, 1], [2, 2, 2, 3])),
  ],
  StridedSlice: [
    on('strides', (x) => tf.stridedSlice(x, [0, 1], [4, 5], [2, 3]), [floats([4, 6])]),
    on('a negative stride', (x) => tf.stridedSlice(x, [3, -1], [0, 0], [-1, -2]), [floats([4, 6])]),
    on('to the front', (x) => tf.stridedSlice(x, [3], [0], [-1], 0, 1), [floats([4])]),
    on('begin mask', (x) => tf.stridedSlice(x, [2, 1], [4, 5], [1, 1], 1), [floats([4, 6])]),
    on('end mask', (x) => tf.stridedSlice(x, [1, 1], [2, 3], [1, 2], 0, 2), [floats([4, 6])]),
    on('a new axis', (x) => tf.stridedSlice(x, [0, 1], [1, 3], [1, 1], 0, 0, 0, 1), [floats([4, 6])]),
    on('an axis that shrinks', (x) => tf.stridedSlice(x, [1, 1], [2, 3], [1, 1], 0, 0, 0, 0, 1), [
      floats([4, 6]),
    ]),
    on('int32', (x) => tf.stridedSlice(x, [0], [9], [4]), [integers([9])]),
    on('bool', (x) => tf.stridedSlice(x, [0], [9], [4]), [booleans([9])]),
  ],
  Reverse: [
    ...every('a vector', (x) => tf.reverse(x, 0), [4]),
    ...every('two axes', (x) => tf.reverse(x, [0, 2]), [2, 3, 4]),
    ...every('a negative axis', (x) => tf.reverse(x, -1), [2, 3]),
    ...onImages('columns', (x) => tf.reverse(x, 2)),
  ],
  PadV2: [
    ...every('a vector', (x) => tf.pad(x, [[1, 2]]), [4]),
    on(
      'a value',
      (x) =>
        tf.pad(
          x,
          [
            [1, 0],
            [0, 2],
          ],
          7,
        ),
      [floats([2, 3])],
      slope,
    ),
    on(
      'int32 and a value',
      (x) =>
        tf.pad(
          x,
          [
            [1, 0],
            [0, 2],
          ],
          7,
        ),
      [integers([2, 3])],
    ),
    ...onImages('a border', (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ]),
    ),
  ],
  Fill: [
    on('float32', (x) => tf.add(tf.fill([2, 3], 1.5), x), [floats([3])]),
    on('int32', (x) => [tf.fill([2, 3], 3, 'int32'), x], [floats([3])]),
    on('bool', (x) => [tf.fill([2], 1, 'bool'), x], [floats([3])]),
  ],
  Range: [
    ...[
      [0, 5, 1],
      [5, 0, -2],
      [1, 2, 0.25],
      [0.1, 1, 0.3],
      [3, 3, 1],
    ].map(([start, stop, step]) =>
      on(`${start} to ${stop}`, (x) => tf.concat([tf.range(start!, stop!, step), x]), [floats([2])]),
    ),
    on('int32', (x) => [tf.range(2, 9, 3, 'int32'), x], [floats([2])]),
    on('down by default', (x) => tf.concat([tf.range(3, 0), x]), [floats([2])]),
  ],
  LinSpace: [
    [0, 1, 5],
    [3, -2, 4],
    [2, 2, 1],
  ].map(([start, stop, count]) =>
    on(`${count} from ${start} to ${stop}`, (x) => tf.mul(tf.linspace(start!, stop!, count!), x), [
      floats([count!]),
    ]),
  ),
  OneHot: [
    on('a vector', (x) => tf.oneHot(x, 5), [integerVector(0, 3, 4, 1)]),
    on('a matrix', (x) => tf.oneHot(x, 4), [integers([2, 3], 0, 4)]),
    on('outside of the classes', (x) => tf.oneHot(x, 3), [integerVector(-1, 3, 2)]),
    on('on and off values', (x) => tf.oneHot(x, 3, 5, -2), [integerVector(0, 2)]),
    on('float32', (x) => tf.oneHot(x, 3, 0.5, 0.25, 'float32'), [integerVector(0, 2)]),
    on('bool', (x) => tf.oneHot(x, 3, 1, 0, 'bool'), [integerVector(0, 2)]),
    on('a scalar', (x) => tf.oneHot(tf.squeeze(x), 3), [integerVector(2)]),
  ],
  GatherV2: [
    ...[0, 1, 2].map((axis) =>
      on(
        `axis ${axis}`,
        (x, i) => tf.gather(x, i as tf.Tensor1D, axis),
        [floats([3, 4, 3]), integerVector(2, 0, 1, 1)],
        slope,
      ),
    ),
    on('a matrix of indices', (x, i) => tf.gather(x, i, 1), [floats([2, 5]), integers([2, 3], 0, 5)]),
    on('batchDims 1', (x, i) => tf.gather(x, i, 1, 1), [floats([3, 5]), integers([3, 2], 0, 5)]),
    on('batchDims 1, later axis', (x, i) => tf.gather(x, i, 2, 1), [
      floats([3, 2, 5]),
      integers([3, 4], 0, 5),
    ]),
    on('batchDims 1, inner values', (x, i) => tf.gather(x, i, 1, 1), [
      floats([3, 5, 2]),
      integers([3, 4], 0, 5),
    ]),
    on('batchDims 2', (x, i) => tf.gather(x, i, 2, 2), [floats([2, 3, 5]), integers([2, 3, 4], 0, 5)]),
    on('int32', (x, i) => tf.gather(x, i), [integers([5]), integerVector(4, 0)]),
    on('bool', (x, i) => tf.gather(x, i), [booleans([5]), integerVector(4, 0)]),
    ...channelCounts.map((c) =>
      on(`an image of ${c} channels`, (x, i) => tf.gather(image(x), i, 0), [
        floats([3, 2, 2, c]),
        integerVector(2, 0),
      ]),
    ),
  ],
  GatherNd: [
    on('elements', (x, i) => tf.gatherND(x, i), [floats([3, 4]), integers([5, 2], 0, 3)]),
    on('rows', (x, i) => tf.gatherND(x, i), [floats([3, 4]), integers([5, 1], 0, 3)]),
    on('a matrix of indices', (x, i) => tf.gatherND(x, i), [floats([3, 4, 2]), integers([2, 2, 2], 0, 3)]),
  ],
  ScatterNd: [
    on('elements', (i, u) => tf.scatterND(i, u, [6]), [hostColumn(4, 1, 3), floats([3])]),
    on('the same place twice adds up', (i, u) => tf.scatterND(i, u, [6]), [hostColumn(4, 1, 4), floats([3])]),
    on('rows', (i, u) => tf.scatterND(i, u, [4, 3]), [hostColumn(2, 0), floats([2, 3])]),
    on('int32', (i, u) => tf.scatterND(i, u, [6]), [hostColumn(4, 1, 4), integers([3])]),
  ],
  UnsortedSegmentSum: [
    on('a vector', (x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 3), [
      floats([5]),
      integerVector(2, 0, 2, 1, 0),
    ]),
    on('rows', (x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 4), [
      floats([3, 2]),
      integerVector(3, 0, 3),
    ]),
    on('beyond the segments', (x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 2), [
      floats([4]),
      integerVector(0, 1, -1, 5),
    ]),
  ],
};

function hostColumn(...indices: number[]) {
  const column = integerVector(...indices);
  return { ...column, shape: [indices.length, 1] };
}
