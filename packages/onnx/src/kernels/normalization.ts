import type { TensorInfo } from '@tensorflow/tfjs-core';
import { BLOCKED_DOMAIN } from '../graph.ts';
import type { Tracer } from '../trace/tracer.ts';
import { kernel } from './register.ts';
import { reshape } from './shape.ts';

type Inputs = {
  x: TensorInfo;
  mean: TensorInfo;
  variance: TensorInfo;
  offset?: TensorInfo;
  scale?: TensorInfo;
};

kernel<Inputs, { varianceEpsilon: number }>('FusedBatchNorm', (tracer, inputs, { varianceEpsilon }) =>
  tracer.has(inputs.x, 'nchw-blocked')
    ? scaleBlocked(tracer, inputs, varianceEpsilon)
    : batchNormalization(tracer, inputs, varianceEpsilon),
);

/** Normalizes a blocked image by a depthwise 1×1 convolution: one multiplication and one addition per channel. */
function scaleBlocked(tracer: Tracer, inputs: Inputs, epsilon: number): TensorInfo {
  const { x } = inputs;
  const channels = x.shape[3]!;
  const { slope, intercept } = affine(tracer, inputs, epsilon, channels);
  const filter = tracer.reshape(slope, [channels, 1, 1, 1]);
  const name = tracer.node(
    'Conv',
    [tracer.named(x, 'nchw-blocked'), filter, ...(intercept ? [intercept] : [])],
    {
      attributes: {
        kernel_shape: [1, 1],
        strides: [1, 1],
        pads: [0, 0, 0, 0],
        dilations: [1, 1],
        group: channels,
      },
      domain: BLOCKED_DOMAIN,
    },
  );
  return tracer.output(name, x.shape, 'float32', 'FusedBatchNorm', 'nchw-blocked');
}

/** Rewrites `(x − mean) · scale / √(variance + ε) + offset` as `slope · x + intercept`. */
function affine(
  tracer: Tracer,
  { mean, variance, offset, scale }: Inputs,
  epsilon: number,
  channels: number,
) {
  const isUniform = (info: TensorInfo | undefined, value: number) =>
    info === undefined || tracer.valueOf(info).uniform === value;
  const plain = epsilon === 0 && isUniform(variance, 1);
  const factor =
    scale && !isUniform(scale, 1)
      ? tracer.named(scale)
      : tracer.graph.constant('float32', [channels], new Float32Array(channels).fill(1));
  const slope = plain ? factor : tracer.node('Div', [factor, deviation(tracer, variance, epsilon)]);
  const shift = offset && !isUniform(offset, 0) ? tracer.named(offset) : undefined;
  if (isUniform(mean, 0)) return { slope, intercept: shift };
  const moved = tracer.node('Mul', [tracer.named(mean), slope]);
  return { slope, intercept: shift ? tracer.node('Sub', [shift, moved]) : tracer.node('Neg', [moved]) };
}

const deviation = (tracer: Tracer, variance: TensorInfo, epsilon: number) =>
  tracer.node('Sqrt', [tracer.node('Add', [tracer.named(variance), tracer.graph.scalar(epsilon)])]);

/** Appends ONNX's own operator; an image in its logical order is viewed as `[N · H · W, C]`. */
function batchNormalization(
  tracer: Tracer,
  { x, mean, variance, offset, scale }: Inputs,
  epsilon: number,
): TensorInfo {
  const channels = x.shape.at(-1)!;
  const first = tracer.has(x, 'nchw');
  const rows = x.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const image = first ? tracer.named(x, 'nchw') : tracer.reshape(tracer.named(x), [rows, channels]);
  const vector = (info: TensorInfo | undefined, value: number) =>
    info
      ? tracer.named(info)
      : tracer.graph.constant('float32', [channels], new Float32Array(channels).fill(value));
  const parameters = [vector(scale, 1), vector(offset, 0), tracer.named(mean), tracer.named(variance)];
  const name = tracer.node('BatchNormalization', [image, ...parameters], {
    attributes: { epsilon: { float: epsilon } },
  });
  if (first) return tracer.output(name, x.shape, 'float32', 'FusedBatchNorm', 'nchw');
  const flat = tracer.output(name, [rows, channels], 'float32', 'FusedBatchNorm');
  return reshape(tracer, flat, [...x.shape]);
}
