import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { BLOCKED_DOMAIN } from '../graph.ts';
import type { Tracer } from '../trace/tracer.ts';
import { type ConvolutionAttributes, windowAttributes, windowOf } from './convolution.ts';
import { imageGradient, type PhaseFilter } from './input-gradient.ts';
import { kernel } from './register.ts';
import { reshape } from './shape.ts';

type Shape4 = [number, number, number, number];

/** Returns the sizes of a convolution in which each channel has its own filters, `[h, w, channels, multiplier]`. */
const depthwiseInfo = (
  image: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations = 1, dimRoundingMode }: ConvolutionAttributes,
) =>
  backend_util.computeConv2DInfo(
    image as Shape4,
    filter as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );

/** Returns true if ONNX Runtime's blocked kernels can convolve these channels one by one. */
const isBlocked = ({ block }: Tracer, { inChannels, outChannels }: backend_util.Conv2DInfo): boolean =>
  block > 0 && inChannels === outChannels && inChannels % block === 0;

type Inputs = { x: TensorInfo; filter: TensorInfo };

kernel<Inputs, ConvolutionAttributes>('DepthwiseConv2dNative', (tracer, { x, filter }, attributes) => {
  const info = depthwiseInfo(x.shape, filter.shape, attributes);
  const blocked = isBlocked(tracer, info);
  const { filterHeight, filterWidth, inChannels, outChannels } = info;
  const grouped = reshape(tracer, filter, [filterHeight, filterWidth, 1, outChannels]);
  const [image, weights] = blocked
    ? [tracer.named(x, 'nchw-blocked'), tracer.named(grouped, 'oihw-blocked-output')]
    : [tracer.named(x, 'nchw'), tracer.named(grouped, 'oihw')];
  const name = tracer.node('Conv', [image, weights], {
    attributes: {
      ...windowAttributes(windowOf(info), [info.dilationHeight, info.dilationWidth]),
      group: inChannels,
    },
    domain: blocked ? BLOCKED_DOMAIN : '',
  });
  const layout = blocked ? 'nchw-blocked' : 'nchw';
  return tracer.output(name, info.outShape, 'float32', 'DepthwiseConv2dNative', layout);
});

type InputGradient = { dy: TensorInfo; filter: TensorInfo };

kernel<InputGradient, ConvolutionAttributes & { inputShape: number[] }>(
  'DepthwiseConv2dNativeBackpropInput',
  (tracer, { dy, filter }, attributes) => {
    const info = depthwiseInfo(attributes.inputShape, filter.shape, { ...attributes, dilations: 1 });
    const phases = phaseFilter(tracer, filter, info);
    return imageGradient(tracer, dy, phases, info, 'DepthwiseConv2dNativeBackpropInput');
  },
);

/** Turns a filter's taps into a convolution from the multiplied channels back to each channel. */
function phaseFilter(tracer: Tracer, filter: TensorInfo, info: backend_util.Conv2DInfo): PhaseFilter {
  const { inChannels, outChannels, filterHeight, filterWidth } = info;
  const rows = tracer.reshape(tracer.named(filter), [filterHeight * filterWidth, outChannels]);
  const pick = (taps: readonly number[]) =>
    tracer.node('Gather', [rows, tracer.graph.constant('int32', [taps.length], taps)], {
      attributes: { axis: 0 },
    });
  if (isBlocked(tracer, info)) {
    const ofTaps: PhaseFilter['ofTaps'] = (taps, window) => {
      const shape = [...window, 1, inChannels];
      const picked = tracer.output(tracer.reshape(pick(taps), shape), shape, 'float32', 'Gather');
      return tracer.named(picked, 'oihw-blocked-output');
    };
    return { image: 'nchw-blocked', block: tracer.block, group: inChannels, ofTaps };
  }
  const multiplier = outChannels / inChannels;
  const ofTaps: PhaseFilter['ofTaps'] = (taps, window) => {
    const split = tracer.reshape(pick(taps), [taps.length, inChannels, multiplier]);
    const turned = tracer.node('Transpose', [split], { attributes: { perm: [1, 2, 0] } });
    return tracer.reshape(turned, [inChannels, multiplier, ...window]);
  };
  return { image: 'nchw', block: 0, group: inChannels, ofTaps };
}

type FilterGradient = { x: TensorInfo; dy: TensorInfo };

/**
 * Gradient of a depthwise convolution with respect to its filter: each image of each channel is convolved with its
 * gradient, whose pixels are spread by the stride, and the results are summed over the batch. Nothing is moved in
 * memory: `[N, C, …]` is viewed as `[1, N · C, …]`.
 */
kernel<FilterGradient, ConvolutionAttributes & { filterShape: number[] }>(
  'DepthwiseConv2dNativeBackpropFilter',
  (tracer, { x, dy }, attributes) => {
    const info = depthwiseInfo(x.shape, attributes.filterShape, { ...attributes, dilations: 1 });
    const { batchSize, inChannels, outChannels, inHeight, inWidth, outHeight, outWidth } = info;
    const blocked = isBlocked(tracer, info);
    const layout = blocked ? 'nchw-blocked' : 'nchw';
    const images = batchSize * inChannels;
    const image = tracer.reshape(tracer.named(x, layout), [1, images, inHeight, inWidth]);
    const gradient = tracer.reshape(tracer.named(dy, layout), [
      batchSize * outChannels,
      1,
      outHeight,
      outWidth,
    ]);
    const window = { ...windowOf(info), kernel: [outHeight, outWidth], strides: [1, 1] } as const;
    const perImage = tracer.node('Conv', [image, gradient], {
      attributes: {
        ...windowAttributes(window, [info.strideHeight, info.strideWidth]),
        group: images,
      },
      domain: blocked ? BLOCKED_DOMAIN : '',
    });
    return filterOf(tracer, perImage, info, window.pads, blocked);
  },
);

/** Sums over the batch, and cuts off the positions beyond the filter, which the stride had left out. */
function filterOf(
  tracer: Tracer,
  perImage: string,
  info: backend_util.Conv2DInfo,
  [top, left, bottom, right]: readonly [number, number, number, number],
  blocked: boolean,
): TensorInfo {
  const { batchSize, outChannels, filterHeight, filterWidth } = info;
  const height = info.inHeight + top + bottom - (info.outHeight - 1) * info.strideHeight;
  const width = info.inWidth + left + right - (info.outWidth - 1) * info.strideWidth;
  const [outer, inner] = blocked ? [outChannels / tracer.block, tracer.block] : [outChannels, 1];
  const images = tracer.reshape(perImage, [batchSize, outer * height * width * inner]);
  const sum = tracer.node('ReduceSum', [images, tracer.graph.integers(0)], { attributes: { keepdims: 0 } });
  const whole = tracer.reshape(sum, [outer, height, width, inner]);
  const cut =
    height === filterHeight && width === filterWidth
      ? whole
      : tracer.node('Slice', [
          whole,
          tracer.graph.integers(0, 0),
          tracer.graph.integers(filterHeight, filterWidth),
          tracer.graph.integers(1, 2),
        ]);
  const logical = tracer.node('Transpose', [cut], { attributes: { perm: [1, 2, 0, 3] } });
  const shape = [filterHeight, filterWidth, info.inChannels, outChannels / info.inChannels];
  return tracer.output(
    tracer.reshape(logical, shape),
    shape,
    'float32',
    'DepthwiseConv2dNativeBackpropFilter',
  );
}
