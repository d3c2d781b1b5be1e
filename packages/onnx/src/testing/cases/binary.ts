import * as tf from '@tensorflow/tfjs-core';
import { type Case, type Cases, on } from '../case.ts';
import { booleans, channelCounts, floats, image, integers, vector } from '../inputs.ts';

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

interface Domain {
  low?: number;
  high?: number;
  smooth?: boolean;
  /** Whether tfjs's own gradient accepts operands of different shapes. */
  broadcasts?: boolean;
  /** Whether zero is in the domain of both operands. */
  zero?: boolean;
}

const shapes: [number[], number[]][] = [
  [[], []],
  [[], [3]],
  [[4], [4]],
  [[2, 3], [3]],
  [
    [2, 1],
    [1, 3],
  ],
  [[1], [2, 3, 2]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [2, 3, 2, 5],
    [2, 3, 2, 5],
  ],
  [
    [2, 3, 1, 5],
    [1, 2, 1],
  ],
];

/** Shapes that can be combined with an image `[2, 3, 2, c]`. */
const besides = (c: number): number[][] => [
  [2, 3, 2, c],
  [c],
  [1, 1, 1, c],
  [1, c],
  [2, 1, 1, 1],
  [2, 1, 1, c],
  [1, 3, 1, c],
  [2, 3, 2, 1],
  [3, 2, c],
  [2, 1],
  [1],
  [],
];

function binary(
  f: Binary,
  { low = -2, high = 2, smooth = true, broadcasts = smooth, zero = true }: Domain = {},
): Case[] {
  const options = { gradients: broadcasts };
  const values = (shape: readonly number[], seed: number) => floats(shape, low, high, seed);
  const asFloat: Binary = (a, b) => tf.cast(f(a, b), 'float32');
  return [
    ...shapes.map(([a, b]) =>
      on(`[${a}] and [${b}]`, (x, y) => [f(x, y), f(y, x)], [values(a, 1), values(b, 2)], options),
    ),
    ...channelCounts.flatMap((c) =>
      besides(c).map((shape) =>
        on(
          `an image of ${c} channels and [${shape}]`,
          (x, y) => [image(asFloat(image(x), y)), image(asFloat(y, image(x)))],
          [values([2, 3, 2, c], 1), values(shape, 2)],
          // The gradient of an operand that broadcasts is a sum whose terms nearly cancel.
          { ...options, tolerance: 1e-4 },
        ),
      ),
    ),
    ...channelCounts.map((c) =>
      on(
        `two images of ${c} channels`,
        (x, y) => image(asFloat(image(x), image(y))),
        [values([2, 3, 2, c], 1), values([2, 3, 2, c], 2)],
        { gradients: smooth },
      ),
    ),
    ...[...(zero ? [0] : []), 1, 0.7].flatMap((value) => [
      on(`a constant ${value}`, (x) => [f(x, tf.fill([2, 3], value)), f(tf.fill([2, 3], value), x)], [
        values([2, 3], 1),
      ]),
      on(
        `a vector and a larger constant ${value}`,
        (x) => [f(tf.fill([2, 3], value), x), f(x, tf.fill([2, 3], value))],
        [values([3], 1)],
      ),
      on(`two constants`, (x) => [f(tf.fill([2, 3], value), tf.fill([3], 0.7)), x], [values([1], 1)]),
      on(`an image and a constant ${value}`, (x) => image(asFloat(image(x), tf.fill([1, 3, 2, 16], value))), [
        values([1, 3, 2, 16], 1),
      ]),
    ]),
  ];
}

const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 2.5, -2.5, 3];
const everyPair = [
  vector(...special.flatMap((value) => special.map(() => value))),
  vector(...special.flatMap(() => special)),
];
/** Pairs on which JavaScript and IEEE 754 (or int32 arithmetic) differ: see the README. */
const peculiar: Record<string, (a: number, b: number) => boolean> = {
  Pow: (a, b) => Math.abs(a) === 1 && !Number.isFinite(b),
  FloorDiv: (a, b) => !Number.isFinite(a / b),
};
const edges = (f: Binary, omitted = (_a: number, _b: number) => false) => {
  const [left, right] = everyPair.map(({ data }) => [...(data as Float32Array)]) as [number[], number[]];
  const kept = left.flatMap((a, index) => (omitted(a, right[index]!) ? [] : [index]));
  return on('edges', f, [vector(...kept.map((i) => left[i]!)), vector(...kept.map((i) => right[i]!))]);
};
const typed = (f: Binary) => [
  on('int32', f, [integers([3, 7]), integers([7], 1, 6, 1)]),
  on('int32 and float32', f, [integers([3, 7]), floats([7], 0.5, 3)]),
  on('float32 and int32', f, [floats([3, 7]), integers([7], 1, 6, 1)]),
];
const twoTruths = (f: Binary) => on('bool', f, [booleans([3, 7]), booleans([7], 1)]);
const truths = (f: Binary) => [
  on('bool and int32', f, [booleans([3, 7]), integers([7], 1, 6, 1)]),
  on('bool and float32', f, [booleans([3, 7]), floats([7], 0.5, 3)]),
];

/** tfjs divides integers with FloorDiv. */
const becomesFloorDiv = new Set(['int32', 'bool and int32']);
const refusesTruths = new Set(['FloorDiv', 'Mod']);

const pairs: [string, Binary, Domain?][] = [
  ['Add', tf.add],
  ['Sub', tf.sub],
  ['Multiply', tf.mul],
  ['RealDiv', tf.div, { low: 0.3, high: 2 }],
  ['Maximum', tf.maximum, { broadcasts: false }],
  ['Minimum', tf.minimum, { broadcasts: false }],
  ['Pow', tf.pow, { low: 0.2, high: 2 }],
  ['SquaredDifference', tf.squaredDifference, { broadcasts: false }],
  ['FloorDiv', tf.floorDiv, { zero: false, smooth: false, low: 0.3, high: 7 }],
  ['Mod', tf.mod, { smooth: false, low: 0.3, high: 3 }],
  ['Equal', tf.equal, { smooth: false }],
  ['NotEqual', tf.notEqual, { smooth: false }],
  ['Greater', tf.greater, { smooth: false }],
  ['GreaterEqual', tf.greaterEqual, { smooth: false }],
  ['Less', tf.less, { smooth: false }],
  ['LessEqual', tf.lessEqual, { smooth: false }],
];

const logical = (f: Binary): Case[] => [
  on('bool', f, [booleans([3, 7]), booleans([7], 1)]),
  on('scalar', f, [booleans([]), booleans([7], 1)]),
  on('constants', (x) => f(x, tf.cast(tf.fill([3, 7], 1, 'int32'), 'bool')), [booleans([3, 7])]),
  ...channelCounts.map((c) =>
    on(`images of ${c} channels`, (x, y) => f(tf.greater(image(x), 0), tf.less(image(y), 0.5)), [
      floats([2, 3, 2, c]),
      floats([2, 3, 2, c], -1, 1),
    ]),
  ),
];

const integerDivision: Record<string, Case[]> = {
  FloorDiv: [
    on('signs', tf.floorDiv, [integers([6, 9], -9, 10), integers([9], -5, -1, 1)]),
    on('tf.div of integers', tf.div, [integers([6, 9], -9, 10), integers([9], -5, -1, 1)]),
    on('large integers', tf.floorDiv, [integers([9], 2 ** 30, 2 ** 31 - 1), integers([9], 3, 99, 1)]),
    on('a quotient that float32 would round up', tf.floorDiv, [vector(0.7), vector(0.1)]),
  ],
  Mod: [
    on('signs of int32', tf.mod, [integers([6, 9], -9, 10), integers([9], -5, -1, 1)]),
    on('large integers', tf.mod, [integers([9], 2 ** 30, 2 ** 31 - 1), integers([9], 3, 99, 1)]),
    on('signs of float32', tf.mod, [floats([6, 9], -9, 9), floats([9], -5, -1, 1)]),
  ],
  Pow: [
    on('negative bases', tf.pow, [vector(-2, -2, -2, -2, -1.5, 0, 0), vector(2, 3, -1, 0.5, 2, 0, -1)]),
    on('int32 exponents', tf.pow, [integers([4], -3, 4), integers([4], 0, 4, 1)]),
  ],
};

/** Cases of the kernels with two operands. */
export const binaryCases: Cases = {
  ...Object.fromEntries(
    pairs.map(([name, f, domain]) => [
      name,
      [
        ...binary(f, domain),
        edges(f, peculiar[name]),
        ...typed(f),
        ...truths(f),
        ...(domain?.smooth === false && !refusesTruths.has(name) ? [twoTruths(f)] : []),
        ...(integerDivision[name] ?? []),
      ].filter((item) => name !== 'RealDiv' || !becomesFloorDiv.has(item.name)),
    ]),
  ),
  LogicalAnd: logical(tf.logicalAnd),
  LogicalOr: logical(tf.logicalOr),
  AddN: [
    on(
      'three',
      (a, b, c) => tf.addN([a, b, c]),
      [floats([2, 3]), floats([2, 3], 0, 1), floats([2, 3], 5, 6)],
      {
        gradients: true,
      },
    ),
    on('one', (a) => tf.addN([a]), [floats([2, 3])]),
    on('int32', (a, b) => tf.addN([a, b]), [integers([2, 3]), integers([2, 3], 0, 9, 1)]),
    on('with constants', (a) => tf.addN([tf.ones([2, 3]), a, tf.zeros([2, 3])]), [floats([2, 3])]),
    ...channelCounts.map((c) =>
      on(
        `images of ${c} channels and another`,
        (a, b) => image(tf.addN([image(a), b, image(a)])),
        [floats([2, 3, 2, c]), floats([2, 3, 2, c], 0, 1)],
        { gradients: true },
      ),
    ),
  ],
  Select: selectCases(),
};

function selectCases(): Case[] {
  const where: (c: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor = (c, a, b) => tf.where(c, a, b);
  return [
    on('one shape', where, [booleans([3, 4]), floats([3, 4]), floats([3, 4], 5, 6)], { gradients: true }),
    on('scalars', where, [booleans([]), floats([]), floats([], 5, 6)], { gradients: true }),
    on('int32', where, [booleans([3, 4]), integers([3, 4]), integers([3, 4], 5, 9, 1)]),
    on('bool', where, [booleans([3, 4]), booleans([3, 4], 1), booleans([3, 4], 2)]),
    on('a broadcast condition', where, [booleans([3, 1]), floats([3, 4]), floats([3, 4], 5, 6)]),
    on('a broadcast value', where, [booleans([3, 4]), floats([4]), floats([3, 4], 5, 6)]),
    on('constants', (c, a) => tf.where(c, a, tf.zerosLike(a)), [booleans([3, 4]), floats([3, 4])]),
    on('two constants', (c) => tf.where(c, tf.ones([3, 4]), tf.zeros([3, 4])), [booleans([3, 4])]),
    on('a constant condition', (a, b) => tf.where(tf.fill([3, 4], 1, 'bool'), a, b), [
      floats([3, 4]),
      floats([3, 4], 5, 6),
    ]),
    on('not a number', (a) => tf.where(tf.isNaN(a), tf.zerosLike(a), a), [vector(1, Number.NaN, -2)]),
    ...channelCounts.flatMap((c) => [
      on(
        `images of ${c} channels`,
        (a, b) => image(tf.where(tf.greater(image(a), image(b)), image(a), image(b))),
        [floats([2, 3, 2, c]), floats([2, 3, 2, c], -1, 1)],
      ),
      on(
        `an image of ${c} channels and a condition in logical order`,
        (m, a, b) => image(tf.where(m, image(a), b)),
        [booleans([2, 3, 2, c]), floats([2, 3, 2, c]), floats([2, 3, 2, c], -1, 1)],
        { gradients: true },
      ),
    ]),
  ];
}
