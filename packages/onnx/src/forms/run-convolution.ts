import { engine, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import type { ConvolutionShape } from './forms.ts';

type Shape = readonly [number, number, number, number];

/** Returns the shape of the forward pass's result. */
const imageOut = ({
  image: [n, h, w],
  filter,
  pads: [top, left, bottom, right],
}: ConvolutionShape): Shape => [n, h + top + bottom - 2, w + left + right - 2, filter[3]];

/** Returns the shapes of the operands of a convolution in its direction, by name. */
export function operandsOf(shape: ConvolutionShape): Record<string, Shape> {
  const { direction, image, filter } = shape;
  if (direction === 'forward') return { x: image, filter };
  const dy = imageOut(shape);
  return direction === 'input-gradient' ? { dy, filter } : { x: image, dy };
}

/** Returns the shape of the result of a convolution in its direction. */
export function resultOf(shape: ConvolutionShape): Shape {
  const { direction, image, filter } = shape;
  return { forward: imageOut(shape), 'input-gradient': image, 'filter-gradient': filter }[direction];
}

const kernels = {
  forward: 'Conv2D',
  'input-gradient': 'Conv2DBackpropInput',
  'filter-gradient': 'Conv2DBackpropFilter',
} as const;

/** Calls tfjs's kernel for a convolution in its direction. */
export function runConvolution(
  { direction, image, filter, pads: [top, left, bottom, right] }: ConvolutionShape,
  operands: NamedTensorMap,
): Tensor {
  const pad = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const attributes = { strides: [1, 1], dilations: [1, 1], dataFormat: 'NHWC', pad };
  const shapes = { inputShape: [...image], filterShape: [...filter] };
  return engine().runKernel(kernels[direction], operands, { ...attributes, ...shapes } as never) as Tensor;
}
