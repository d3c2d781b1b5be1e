import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { BLOCKED_DOMAIN } from '../graph.ts';
import type { Tracer } from '../trace/tracer.ts';
import { type ConvolutionAttributes, type Window, windowAttributes, windowOf } from './convolution.ts';
import { interleave, phaseGrid } from './phases.ts';
import { kernel } from './register.ts';
import { imageOf, type Pixels, pick, pixelLayout, pixelsOf, withBorder } from './spatial.ts';
import { STEEPEST } from './unary.ts';

type Pooling = ConvolutionAttributes & { filterSize: [number, number] | number };

const poolInfo = (shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: Pooling) =>
  backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );

kernel<{ x: TensorInfo }, Pooling>('MaxPool', (tracer, { x }, attributes) => {
  const info = poolInfo(x.shape, attributes);
  const blocked = tracer.has(x, 'nchw-blocked');
  const layout = blocked ? 'nchw-blocked' : 'nchw';
  const name = tracer.node('MaxPool', [tracer.named(x, layout)], {
    attributes: windowAttributes(windowOf(info)),
    domain: blocked ? BLOCKED_DOMAIN : '',
  });
  return tracer.output(name, info.outShape, 'float32', 'MaxPool', layout);
});

kernel<{ x: TensorInfo }, Pooling>('AvgPool', (tracer, { x }, attributes) => {
  const info = poolInfo(x.shape, attributes);
  const nodeAttributes = { ...poolAttributes(windowOf(info)), count_include_pad: 0 };
  const name = tracer.node('AveragePool', [tracer.named(x, 'nchw')], { attributes: nodeAttributes });
  return tracer.output(name, info.outShape, 'float32', 'AvgPool', 'nchw');
});

const poolAttributes = ({ kernel: size, strides, pads }: Window) => ({ kernel_shape: size, strides, pads });

type Gradient = { dy: TensorInfo; input: TensorInfo; output: TensorInfo };

/**
 * Gradient of max pooling. Tap by tap, the windows whose maximum lies under the tap pass on their gradient, and have
 * none left for other taps; then every pixel sums what its windows passed to it. This needs no indices of the maxima,
 * which ONNX Runtime finds slowly on the CPU and not at all on WebGPU, and no booleans, which it converts to numbers
 * one by one.
 */
kernel<Gradient, Pooling>('MaxPoolGrad', (tracer, { dy, input, output }, attributes) => {
  const info = poolInfo(input.shape, attributes);
  const layout = pixelLayout(tracer, input);
  const image = pixelsOf(tracer, input, layout);
  const source = withBorder(tracer, image, Number.NEGATIVE_INFINITY);
  const [maxima, gradients] = [output, dy].map((x) => pixelsOf(tracer, x, layout)) as [Pixels, Pixels];
  const taps = tapIndices(info);
  let left = gradients.name;
  const passed = taps.slice(0, -1).map((indices) => {
    const below = tracer.node('Sub', [pick(tracer, source, indices, [indices.length]), maxima.name]);
    const given = tracer.node('Mul', [isZero(tracer, below), left]);
    left = tracer.node('Sub', [left, given]);
    return given;
  });
  const name = gatherBack(tracer, [...passed, left], { ...gradients, layout }, info);
  return imageOf(tracer, name, input.shape, layout, 'MaxPoolGrad');
});

/** Returns 1 where a non-positive number is zero, else 0. */
const isZero = (tracer: Tracer, x: string): string =>
  tracer.node('HardSigmoid', [x], { attributes: { alpha: { float: STEEPEST }, beta: { float: 1 } } });

/** As in tfjs's own kernels, each window gives every tap an equal share, including the taps over padding. */
kernel<{ dy: TensorInfo; input: TensorInfo }, Pooling>('AvgPoolGrad', (tracer, { dy, input }, attributes) => {
  const info = poolInfo(input.shape, attributes);
  const taps = info.filterHeight * info.filterWidth;
  const gradients = pixelsOf(tracer, dy, 'logical');
  const passed = tracer.node('Mul', [gradients.name, tracer.graph.scalar(1 / taps)]);
  const name = gatherBack(tracer, new Array<string>(taps).fill(passed), gradients, info);
  return imageOf(tracer, name, input.shape, 'logical', 'AvgPoolGrad');
});

/** Returns, for each tap of the window, the pixel that each window has under it; the border has the index `h · w`. */
function tapIndices(info: backend_util.Conv2DInfo): number[][] {
  const taps: number[][] = [];
  for (let a = 0; a < info.filterHeight; a++) {
    for (let b = 0; b < info.filterWidth; b++) {
      const indices: number[] = [];
      for (let i = 0; i < info.outHeight; i++) {
        for (let j = 0; j < info.outWidth; j++) {
          const y = i * info.strideHeight + a - info.padInfo.top;
          const x = j * info.strideWidth + b - info.padInfo.left;
          const inside = y >= 0 && x >= 0 && y < info.inHeight && x < info.inWidth;
          indices.push(inside ? y * info.inWidth + x : info.inHeight * info.inWidth);
        }
      }
      taps.push(indices);
    }
  }
  return taps;
}

/** Sums, for every pixel, what the windows over it passed through the tap that lies on it. */
function gatherBack(
  tracer: Tracer,
  passed: string[],
  windows: Pixels,
  info: backend_util.Conv2DInfo,
): string {
  const { rows, columns } = phaseGrid(info);
  const images = rows.flatMap((row) =>
    columns.map((column) => {
      const layers = row.taps.flatMap((a, i) =>
        column.taps.map((b, j) => {
          const tap = { ...windows, name: passed[a * info.filterWidth + b]! };
          return shifted(
            tracer,
            tap,
            info,
            [row.windows[i]!, row.length],
            [column.windows[j]!, column.length],
          );
        }),
      );
      const name =
        layers.length === 0 ? undefined : layers.reduce((sum, layer) => tracer.node('Add', [sum, layer]));
      return { name, row, column };
    }),
  );
  return interleave(tracer, images, windows.outer, windows.inner);
}

type Range = readonly [start: number, length: number];

/** Returns a rectangle of windows, zero where it reaches beyond them. */
function shifted(
  tracer: Tracer,
  windows: Pixels,
  info: backend_util.Conv2DInfo,
  [top, height]: Range,
  [left, width]: Range,
): string {
  const { outHeight, outWidth } = info;
  const indices = Array.from({ length: height * width }, (_, index) => {
    const [i, j] = [top + Math.floor(index / width), left + (index % width)];
    return i >= 0 && j >= 0 && i < outHeight && j < outWidth ? i * outWidth + j : outHeight * outWidth;
  });
  if (indices.length === windows.pixels && indices.every((window, index) => window === index))
    return windows.name;
  const source = indices.includes(windows.pixels) ? withBorder(tracer, windows, 0) : windows.name;
  return pick(tracer, source, indices, [indices.length]);
}
