import { relu as reluOf } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import {
  averagePool,
  conv,
  identity,
  type Layer,
  norm,
  prelu,
  relu,
  residual,
  sequential,
} from './layers.ts';

/** Makes a residual block with the given numbers of input and output channels and stride. */
export type Block = (inputs: number, outputs: number, stride: number) => Layer;

/**
 * ResNet's basic block: `relu(norm(conv(relu(norm(conv(x))))) + shortcut(x))`. The first convolution has the stride.
 *
 * @see K. He et al., Deep residual learning for image recognition, CVPR 2016
 */
export const basicBlock: Block = (inputs, outputs, stride) => {
  const body = sequential({
    filter1: conv(inputs, outputs, { stride }),
    norm1: norm(outputs),
    relu,
    filter2: conv(outputs, outputs),
    norm2: norm(outputs),
  });
  return residual(body, projection(inputs, outputs, stride, 'he'), (a, b) => reluOf(tf.add(a, b)));
};

/**
 * The improved residual block of ArcFace's networks: `norm(conv(prelu(norm(conv(norm(x)))))) + shortcut(x)`, with the
 * stride in the second convolution and no activation after the sum.
 *
 * @see J. Deng et al., ArcFace, CVPR 2019, section 3.1
 */
export const irBlock: Block = (inputs, outputs, stride) =>
  residual(irBody(inputs, outputs, stride), projection(inputs, outputs, stride, 'fixed'));

/** AdaFace's variant of `irBlock`. If only the size changes, its shortcut takes every second pixel. */
export const subsamplingIrBlock: Block = (inputs, outputs, stride) =>
  residual(
    irBody(inputs, outputs, stride),
    inputs === outputs && stride > 1 ? averagePool(1, stride) : projection(inputs, outputs, stride, 'fixed'),
  );

const irBody = (inputs: number, outputs: number, stride: number): Layer =>
  sequential({
    norm1: norm(inputs),
    filter1: conv(inputs, outputs, { initial: 'fixed' }),
    norm2: norm(outputs),
    slopes: prelu(outputs),
    filter2: conv(outputs, outputs, { stride, initial: 'fixed' }),
    norm3: norm(outputs),
  });

/** The shortcut: a 1×1 convolution if size or channels change, else the identity. */
const projection = (inputs: number, outputs: number, stride: number, initial: 'he' | 'fixed'): Layer =>
  stride === 1 && inputs === outputs
    ? identity
    : sequential({
        shortcut: conv(inputs, outputs, { size: 1, stride, initial }),
        shortcutNorm: norm(outputs),
      });
