import {
  batchNormInference,
  batchNormTrain,
  type Features,
  groupedConvolution,
  type HostTensor,
  hostTensor,
} from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { transposed } from '../transposed.ts';
import { ints, numberOf, type Operator, type Step, type WeightKind } from './step.ts';

/**
 * ONNX's operators on tensors. Tensors of rank 4 are NHWC here and NCHW in the file; all others are as in the file. All
 * operators have gradients.
 */
export const operators: Readonly<Record<string, Operator>> = {
  Conv: (step) => {
    const filter = step.weight(1, 'filter');
    const [top = 0, left = 0, bottom = top, right = left] = ints(step.node, 'pads');
    const [stride = 1, strideWidth = stride] = ints(step.node, 'strides');
    const [dilation = 1, dilationWidth = dilation] = ints(step.node, 'dilations');
    step.require(stride === strideWidth && dilation === dilationWidth, 'equal strides and dilations');
    step.require(autoPad(step) === 'NOTSET', 'explicit padding');
    const x = around(step.image(0), [top, left, bottom, right], 0);
    const groups = numberOf(step.node, 'group', 1);
    const y = groupedConvolution(x, filter as tf.Tensor4D, { groups, stride, dilation });
    return step.has(2) ? tf.add(y, step.weight(2)) : y;
  },
  BatchNormalization: (step) => {
    step.require(numberOf(step.node, 'training_mode', 0) === 0, 'a network for inference');
    const x = step.tensor(0) as Features;
    const [gamma, beta] = [step.weight(1), step.weight(2)] as [tf.Tensor1D, tf.Tensor1D];
    const [mean, variance] = [step.statistic(3), step.statistic(4)] as [tf.Tensor1D, tf.Tensor1D];
    const epsilon = numberOf(step.node, 'epsilon', 1e-5);
    if (!step.normalizes) return batchNormInference(x, gamma, beta, mean, variance, epsilon);
    const batch = batchNormTrain(x, gamma, beta, epsilon);
    step.update(3, tf.add(tf.mul(mean, 0.9), tf.mul(batch.mean, 0.1)));
    const unbiased = tf.mul(batch.variance, batch.count / Math.max(1, batch.count - 1));
    step.update(4, tf.add(tf.mul(variance, 0.9), tf.mul(unbiased, 0.1)));
    return batch.output;
  },
  PRelu: (step) => {
    const x = step.tensor(0);
    return tf.add(tf.relu(x), tf.mul(step.weight(1, 'channels'), tf.minimum(x, 0)));
  },
  Relu: (step) => tf.relu(step.tensor(0)),
  LeakyRelu: (step) => tf.leakyRelu(step.tensor(0), numberOf(step.node, 'alpha', 0.01)),
  Sigmoid: (step) => tf.sigmoid(step.tensor(0)),
  Clip: (step) => {
    const low = step.has(1) ? step.scalar(1) : numberOf(step.node, 'min', Number.NEGATIVE_INFINITY);
    const high = step.has(2) ? step.scalar(2) : numberOf(step.node, 'max', Number.POSITIVE_INFINITY);
    return tf.clipByValue(step.tensor(0), low, high);
  },
  Add: (step) => tf.add(...step.pair()),
  Sub: (step) => tf.sub(...step.pair()),
  Mul: (step) => tf.mul(...step.pair()),
  Div: (step) => tf.div(...step.pair()),
  Max: (step) => tf.maximum(...step.pair()),
  Min: (step) => tf.minimum(...step.pair()),
  Gemm: (step) => {
    const scale = numberOf(step.node, 'alpha', 1) * numberOf(step.node, 'beta', 1);
    step.require(scale === 1 && numberOf(step.node, 'transA', 0) === 0, 'alpha, beta and transA as usual');
    const weight = step.weight(1, numberOf(step.node, 'transB', 0) ? 'turned' : 'as it is');
    const product = tf.matMul(step.tensor(0) as tf.Tensor2D, weight as tf.Tensor2D);
    return step.has(2) ? tf.add(product, step.weight(2)) : product;
  },
  MatMul: (step) => tf.matMul(step.tensor(0), step.weight(1)),
  Flatten: (step) => flat(step),
  Reshape: (step) => {
    const x = step.tensor(0);
    step.require(step.computed(1) || step.integers(1).length === 2, 'a shape of [batch, features]');
    return x.shape.length === 2 ? x : flat(step);
  },
  Squeeze: (step) => flat(step),
  GlobalAveragePool: (step) => tf.mean(step.image(0), [1, 2], true),
  ReduceMean: (step) => {
    const axes = step.has(1) ? step.integers(1) : ints(step.node, 'axes');
    step.require(axes.map((axis) => (axis + 4) % 4).join() === '2,3', 'means over height and width');
    return tf.mean(step.image(0), [1, 2], numberOf(step.node, 'keepdims', 1) === 1);
  },
  AveragePool: (step) => {
    const [size, stride, pads] = windowOf(step);
    const counted = numberOf(step.node, 'count_include_pad', 0) === 1 || pads.every((pad) => pad === 0);
    step.require(counted, 'means without padding');
    return tf.avgPool(around(step.image(0), pads, 0), size, stride, 'valid');
  },
  MaxPool: (step) => {
    const [size, stride, pads] = windowOf(step);
    // Lower than any activation, and finite, so that its product with a zero gradient is zero.
    return tf.maxPool(around(step.image(0), pads, -1e30), size, stride, 'valid');
  },
  Concat: (step) => {
    const rank = step.tensor(0).shape.length;
    const axis = (numberOf(step.node, 'axis', 1) + rank) % rank;
    const tensors = step.node.input.map((_, index) => step.tensor(index));
    return tf.concat(tensors, rank === 4 ? [0, 3, 1, 2][axis]! : axis);
  },
  Pad: (step) => {
    const pads = step.has(1) ? step.integers(1) : ints(step.node, 'pads');
    step.require(pads.length === 8, 'padding of images');
    const of = (axis: number): [number, number] => [pads[axis]!, pads[axis + 4]!];
    return tf.pad(step.image(0), [of(0), of(2), of(3), of(1)], step.has(2) ? step.scalar(2) : 0);
  },
  Transpose: (step) => {
    const perm = ints(step.node, 'perm');
    step.require(perm.length === 4, 'a transposition of images');
    const order = [0, 2, 3, 1].map((axis) => [0, 3, 1, 2][perm[axis]!]!);
    return order.every((axis, index) => axis === index) ? step.image(0) : tf.transpose(step.image(0), order);
  },
  Identity: (step) => tf.clone(step.tensor(0)),
  Dropout: (step) => {
    step.require(!step.has(2) || step.integers(2)[0] === 0, 'a network for inference');
    return tf.clone(step.tensor(0));
  },
};

type Sides = readonly [top: number, left: number, bottom: number, right: number];

const around = (x: tf.Tensor4D, [top, left, bottom, right]: Sides, value: number): tf.Tensor4D =>
  top + left + bottom + right === 0
    ? x
    : tf.pad(
        x,
        [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ],
        value,
      );

function windowOf(step: Step): [size: [number, number], stride: [number, number], pads: Sides] {
  const [height = 1, width = height] = ints(step.node, 'kernel_shape');
  const [down = 1, across = down] = ints(step.node, 'strides');
  const [top = 0, left = 0, bottom = top, right = left] = ints(step.node, 'pads');
  step.require(autoPad(step) === 'NOTSET' && numberOf(step.node, 'ceil_mode', 0) === 0, 'explicit padding');
  return [
    [height, width],
    [down, across],
    [top, left, bottom, right],
  ];
}

const autoPad = ({ node }: Step): string => {
  const bytes = node.attribute.find(({ name }) => name === 'auto_pad')?.s;
  return bytes ? new TextDecoder().decode(bytes) : 'NOTSET';
};

/** Flattens all axes except the batch, in the file's order. */
function flat(step: Step): tf.Tensor {
  const x = step.tensor(0);
  const single = x.shape.length === 4 && x.shape[1] === 1 && x.shape[2] === 1;
  const ordered = x.shape.length === 4 && !single ? tf.transpose(x, [0, 3, 1, 2]) : x;
  return tf.reshape(ordered, [x.shape[0]!, x.size / x.shape[0]!]);
}

/** Returns a weight in the layout used here, or undefined if its shape does not fit. */
export function arranged(weight: Weight, kind: WeightKind): Weight | undefined {
  const { shape, data } = weight;
  if (kind === 'filter') return shape.length === 4 ? transposed(weight, [2, 3, 1, 0]) : undefined;
  if (kind === 'turned') return shape.length === 2 ? transposed(weight, [1, 0]) : undefined;
  if (kind === 'channels') return hostTensor('float32', [data.length], data);
  if (kind === 'as it is') return weight;
  const four = [...new Array<number>(Math.max(0, 4 - shape.length)).fill(1), ...shape];
  return transposed(hostTensor('float32', four, data), [0, 2, 3, 1]);
}

type Weight = HostTensor<'float32'>;
