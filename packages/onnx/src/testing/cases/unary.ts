import * as tf from '@tensorflow/tfjs-core';
import { type Case, type Cases, on } from '../case.ts';
import { amongConvolutions, booleans, channelCounts, floats, image, integers, vector } from '../inputs.ts';

type Unary = (x: tf.Tensor) => tf.Tensor;

interface Domain {
  low?: number;
  high?: number;
  /** Whether tfjs has a gradient that its own eager run supports. */
  smooth?: boolean;
  tolerance?: number;
}

const edges = vector(
  ...[Number.NaN, Infinity, -Infinity, 0, -0, 0.5, -0.5, 1, -1, 1.5, -1.5, 2.5, -2.5, 3, -7, 6, 7],
  ...[1e-8, -1e-8, 20, -20, 88, -88, 100, -100, 1e30, -1e30],
);

/** Cases of a unary kernel: edge values, every rank, uniform values and every layout. */
function unary(f: Unary, { low = -2, high = 2, smooth = true, tolerance = 1e-5 }: Domain = {}): Case[] {
  const gradients = smooth;
  const options = { gradients, tolerance };
  return [
    on('edges', f, [edges], { tolerance }),
    ...[[], [3], [2, 3], [2, 1, 3]].map((shape) => on(`[${shape}]`, f, [floats(shape, low, high)], options)),
    on('a uniform constant', (x) => tf.add(x, f(tf.fill([2, 3], (low + high) / 2 + 0.1))), [floats([2, 3])]),
    ...channelCounts.map((channels) =>
      on(
        `an image of ${channels} channels`,
        (x) => image(tf.cast(f(image(x)), 'float32')),
        [floats([2, 3, 2, channels], low, high)],
        options,
      ),
    ),
  ];
}

/** Kernels that accept int32; for the others tfjs or the trace refuses it. */
const ofIntegers = new Set(
  [
    'Abs',
    'Exp',
    'Identity',
    'IsInf',
    'IsNan',
    'Neg',
    'OnesLike',
    'Relu',
    'Relu6',
    'Round',
    'Sign',
    'Square',
  ].concat('ZerosLike'),
);
const integer = (f: Unary) => on('int32', f, [integers([2, 5])]);
const unaries: [string, Unary, Domain?][] = [
  ['Abs', tf.abs],
  ['Acos', tf.acos, { low: -0.9, high: 0.9 }],
  ['Acosh', tf.acosh, { low: 1.1, high: 4 }],
  ['Asin', tf.asin, { low: -0.9, high: 0.9 }],
  ['Asinh', tf.asinh],
  ['Atan', tf.atan],
  ['Atanh', tf.atanh, { low: -0.9, high: 0.9 }],
  ['Cos', tf.cos],
  ['Cosh', tf.cosh],
  ['Elu', tf.elu, { smooth: false }],
  ['Erf', tf.erf],
  ['Exp', tf.exp],
  ['Expm1', tf.expm1],
  ['Identity', tf.clone],
  ['Log', tf.log, { low: 0.1, high: 3 }],
  ['Log1p', tf.log1p, { low: -0.9, high: 3 }],
  ['Neg', tf.neg],
  ['Reciprocal', tf.reciprocal, { low: 0.3, high: 2 }],
  ['Relu', tf.relu],
  ['Relu6', tf.relu6, { low: -3, high: 9 }],
  ['Rsqrt', tf.rsqrt, { low: 0.1, high: 3 }],
  ['Selu', tf.selu],
  ['Sigmoid', tf.sigmoid],
  ['Sin', tf.sin],
  ['Sinh', tf.sinh],
  ['Softplus', tf.softplus],
  ['Sqrt', tf.sqrt, { low: 0.1, high: 3 }],
  ['Square', tf.square],
  ['Tan', tf.tan, { low: -1, high: 1 }],
  ['Tanh', tf.tanh],
  ['Ceil', tf.ceil, { smooth: false }],
  ['Floor', tf.floor, { smooth: false }],
  ['Round', tf.round, { smooth: false }],
  ['Sign', tf.sign, { smooth: false }],
  ['IsNan', tf.isNaN, { smooth: false }],
  ['IsInf', tf.isInf, { smooth: false }],
  ['Step', (x) => tf.step(x), { smooth: false }],
  ['ZerosLike', tf.zerosLike, { smooth: false }],
  ['OnesLike', tf.onesLike, { smooth: false }],
];

const tiny = vector(1e-9, -1e-8, 3e-7, -2e-6, 4e-5, -1e-4);

const more: Cases = {
  Expm1: [on('near 0', tf.expm1, [tiny])],
  Log1p: [on('near 0', tf.log1p, [tiny])],
  Step: [on('a value below zero', (x) => tf.step(x, 0.3), [edges])],
  LeakyRelu: [...unary((x) => tf.leakyRelu(x, 0.1)), ...unary((x) => tf.leakyRelu(x, 0))],
  ClipByValue: [
    ...unary((x) => tf.clipByValue(x, -0.7, 1.1)),
    on('int32', (x) => tf.clipByValue(x, -2, 2), [integers([3, 4])]),
  ],
  Prelu: [
    ...[[], [5], [2, 3], [2, 3, 4], [2, 3, 2, 5]].map((shape) =>
      on(
        `alpha of [${shape.slice(-1)}]`,
        (x, alpha) => tf.prelu(x, alpha),
        [floats(shape), floats(shape.slice(-1))],
        {
          gradients: true,
        },
      ),
    ),
    on('edges', (x) => tf.prelu(x, tf.scalar(0.2)), [edges]),
    ...channelCounts.map((channels) =>
      on(
        `an image of ${channels} channels`,
        (x, alpha) => image(tf.prelu(image(x), alpha)),
        [floats([2, 3, 2, channels]), floats([channels])],
        { gradients: true },
      ),
    ),
    on(
      'alpha per value',
      amongConvolutions((x, alpha) => tf.prelu(x, alpha)),
      [floats([2, 3, 2, 16]), floats([2, 3, 2, 16], 0, 1)],
      { gradients: true },
    ),
  ],
  LogicalNot: [
    ...[[], [4], [2, 3, 2, 5]].map((shape) => on(`[${shape}]`, tf.logicalNot, [booleans(shape)])),
    ...channelCounts.map((channels) =>
      on(`an image of ${channels} channels`, (x) => tf.logicalNot(tf.greater(image(x), 0)), [
        floats([2, 3, 2, channels]),
      ]),
    ),
  ],
  Cast: [
    ...(['float32', 'int32', 'bool'] as const).flatMap((dtype) => [
      on(`float32 to ${dtype}`, (x) => tf.cast(x, dtype), [vector(-2.7, -0.3, 0, 0.4, 1, 2.9)]),
      on(`int32 to ${dtype}`, (x) => tf.cast(x, dtype), [integers([2, 5])]),
      on(`bool to ${dtype}`, (x) => tf.cast(x, dtype), [booleans([2, 5])]),
      on(`a constant to ${dtype}`, (x) => [tf.cast(tf.tensor1d([-1.7, 0, 2.2]), dtype), x], [floats([1])]),
      on(`a uniform constant to ${dtype}`, (x) => [tf.cast(tf.fill([2], 1.7), dtype), x], [floats([1])]),
      on(`images to ${dtype}`, (x) => tf.cast(image(x), dtype), [floats([1, 3, 2, 16])]),
    ]),
  ],
};

/** Cases of the kernels with one operand. */
export const unaryCases: Cases = {
  ...more,
  ...Object.fromEntries(
    unaries.map(([name, f, domain]) => [
      name,
      [...unary(f, domain), ...(ofIntegers.has(name) ? [integer(f)] : []), ...(more[name] ?? [])],
    ]),
  ),
};
