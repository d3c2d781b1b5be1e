import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { tilingFor } from '../forms/forms.ts';
import { type Attribute, BLOCKED_DOMAIN } from '../graph.ts';
import type { Layout } from '../layout.ts';
import { TraceError } from '../trace/trace-error.ts';
import type { Tracer } from '../trace/tracer.ts';
import { elementwise } from './elementwise.ts';
import { kernel } from './register.ts';
import { winogradImage } from './winograd.ts';

/** tfjs's attributes of a convolution and of its gradients. */
export interface ConvolutionAttributes {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dilations?: [number, number] | number;
  dataFormat?: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** A window that slides over an image, in ONNX's terms. */
export interface Window {
  kernel: readonly [number, number];
  strides: readonly [number, number];
  /** Padding: top, left, bottom, right. */
  pads: readonly [number, number, number, number];
}

/** Returns the sizes of a convolution; image and filter shapes are NHWC and HWIO. */
export function convolutionInfo(
  image: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations = 1, dataFormat = 'NHWC', dimRoundingMode }: ConvolutionAttributes,
): backend_util.Conv2DInfo {
  if (dataFormat !== 'NHWC') throw unsupported('data format NHWC', dataFormat);
  return backend_util.computeConv2DInfo(
    image as [number, number, number, number],
    filter as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
}

/**
 * Returns the window of a convolution or pooling. Where tfjs rounds the number of its positions up, the image is padded
 * as far as the last position reaches.
 */
export function windowOf(info: backend_util.Conv2DInfo): Window {
  const { top, left, bottom, right } = info.padInfo;
  const reachDown =
    (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - info.inHeight - top;
  const reachRight = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - info.inWidth - left;
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    pads: [top, left, Math.max(bottom, reachDown), Math.max(right, reachRight)],
  };
}

/** Converts a window to attributes of an ONNX node. */
export const windowAttributes = (
  window: Window,
  dilations: readonly [number, number] = [1, 1],
): Record<string, Attribute> => ({
  kernel_shape: window.kernel,
  strides: window.strides,
  pads: window.pads,
  dilations,
});

/** Returns the filter's layout if ONNX Runtime's blocked kernels can convolve between these numbers of channels. */
function blockedFilter(tracer: Tracer, inputs: number, outputs: number): Layout | undefined {
  const { block } = tracer;
  if (block === 0 || outputs % block !== 0) return undefined;
  if (inputs % block === 0) return 'oihw-blocked';
  return inputs < block ? 'oihw-blocked-output' : undefined;
}

/** Appends a convolution and returns its result. */
export function convolve(
  tracer: Tracer,
  x: TensorInfo,
  filter: TensorInfo,
  attributes: ConvolutionAttributes,
): TensorInfo {
  const info = convolutionInfo(x.shape, filter.shape, attributes);
  const tiling = tilingFor(tracer, info, 'forward');
  if (tiling !== undefined) return winogradImage(tracer, x, filter, tiling);
  const nodeAttributes = windowAttributes(windowOf(info), [info.dilationHeight, info.dilationWidth]);
  const filterLayout = blockedFilter(tracer, info.inChannels, info.outChannels);
  if (filterLayout === undefined) {
    const name = tracer.node('Conv', [tracer.named(x, 'nchw'), tracer.named(filter, 'oihw')], {
      attributes: nodeAttributes,
    });
    return tracer.output(name, info.outShape, 'float32', 'Conv2D', 'nchw');
  }
  const image = tracer.named(x, filterLayout === 'oihw-blocked' ? 'nchw-blocked' : 'nchw');
  const name = tracer.node('Conv', [image, tracer.named(filter, filterLayout)], {
    attributes: nodeAttributes,
    domain: BLOCKED_DOMAIN,
  });
  return tracer.output(name, info.outShape, 'float32', 'Conv2D', 'nchw-blocked');
}

type Inputs = { x: TensorInfo; filter: TensorInfo };
kernel<Inputs, ConvolutionAttributes>('Conv2D', (tracer, { x, filter }, attributes) =>
  convolve(tracer, x, filter, attributes),
);

type Fused = ConvolutionAttributes & { activation: string; leakyreluAlpha?: number };
kernel<Inputs & { bias?: TensorInfo }, Fused>('FusedConv2D', (tracer, { x, filter, bias }, attributes) => {
  const { activation } = attributes;
  const image = convolve(tracer, x, filter, attributes);
  const sum = bias ? elementwise(tracer, 'Add', [image, bias], image.shape, 'float32') : image;
  if (activation === 'linear') return sum;
  if (activation !== 'relu') throw unsupportedActivation('FusedConv2D', ['relu'], activation);
  return elementwise(tracer, 'Relu', [sum], sum.shape, 'float32');
});

const unsupported = (expected: string, received: string) =>
  new TraceError({
    where: 'Conv2D',
    expected,
    received,
    fix: 'Write the function with images in NHWC.',
  });

/** Creates a fused kernel's error for an activation that it does not have. */
export const unsupportedActivation = (kernelName: string, known: readonly string[], activation: string) =>
  new TraceError({
    where: kernelName,
    expected: `one of the activations linear, ${known.join(', ')}`,
    received: activation,
    fix: 'Apply the activation after the product.',
    fields: { kernel: kernelName },
  });
