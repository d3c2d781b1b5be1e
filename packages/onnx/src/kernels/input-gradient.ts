import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { tilingFor } from '../forms/forms.ts';
import { BLOCKED_DOMAIN } from '../graph.ts';
import type { Layout } from '../layout.ts';
import type { Tracer } from '../trace/tracer.ts';
import { type ConvolutionAttributes, convolutionInfo, windowAttributes } from './convolution.ts';
import { interleave, type Phase, phaseGrid } from './phases.ts';
import { kernel } from './register.ts';
import { imageOf } from './spatial.ts';
import { turnedFilter } from './turned-filter.ts';
import { winogradImage } from './winograd.ts';

type Inputs = { dy: TensorInfo; filter: TensorInfo };

/** The filter of a stride-1 convolution of dy that computes one phase of the image's gradient. */
export interface PhaseFilter {
  /** Layout of the images that it is convolved with. */
  image: Layout;
  /** Number of channels in a block of that layout; 0 if it has no blocks. */
  block: number;
  /** Number of groups of channels. Default 1. */
  group?: number;
  /** Returns the filter that has only these taps, in this order, as the pixels of a window. */
  ofTaps(taps: readonly number[], window: readonly [number, number]): string;
}

/**
 * Computes the gradient of a convolution with respect to its image. With stride s, pixels fall into s × s phases. Each
 * phase is a stride-1 convolution of dy with its own taps of the turned filter; the phases are then interleaved.
 */
export function imageGradient(
  tracer: Tracer,
  dy: TensorInfo,
  filter: PhaseFilter,
  info: backend_util.Conv2DInfo,
  producer: string,
): TensorInfo {
  const { rows, columns } = phaseGrid(info);
  const inner = filter.block || 1;
  const outer = (info.batchSize * info.inChannels) / inner;
  const images = rows.flatMap((row) =>
    columns.map((column) => {
      const name = phaseImage(tracer, dy, filter, info, row, column);
      return {
        name: name && tracer.reshape(name, [outer, row.length * column.length, inner]),
        row,
        column,
      };
    }),
  );
  const pixels = interleave(tracer, images, outer, inner);
  return imageOf(tracer, pixels, info.inShape, filter.image, producer);
}

kernel<Inputs, ConvolutionAttributes & { inputShape: number[] }>(
  'Conv2DBackpropInput',
  (tracer, { dy, filter }, attributes) => {
    const info = convolutionInfo(attributes.inputShape, filter.shape, { ...attributes, dilations: 1 });
    const tiling = tilingFor(tracer, info, 'input-gradient');
    if (tiling !== undefined)
      return winogradImage(tracer, dy, filter, tiling, { turned: true, producer: 'Conv2DBackpropInput' });
    const turned = turnedFilter(tracer, filter, info);
    const { inChannels, outChannels } = info;
    const ofTaps: PhaseFilter['ofTaps'] = (taps, window) =>
      tracer.reshape(turned.ofTaps(taps), [inChannels, outChannels, ...window]);
    return imageGradient(tracer, dy, { ...turned, ofTaps }, info, 'Conv2DBackpropInput');
  },
);

/**
 * Returns the padding of dy before and after that gives its convolution with the phase's taps one result for each
 * pixel; negative where dy must be cropped.
 */
function padding({ taps, windows, length }: Phase, outputs: number): [before: number, after: number] {
  const before = -(windows[0] ?? 0);
  return [before, length - outputs - before + taps.length - 1];
}

function phaseImage(
  tracer: Tracer,
  dy: TensorInfo,
  { ofTaps, image, block, group }: PhaseFilter,
  info: backend_util.Conv2DInfo,
  row: Phase,
  column: Phase,
): string | undefined {
  if (row.taps.length === 0 || column.taps.length === 0) return undefined;
  const taps = row.taps.flatMap((y) => column.taps.map((x) => y * info.filterWidth + x));
  const kernelShape = [row.taps.length, column.taps.length] as const;
  const filter = ofTaps(taps, kernelShape);
  const [top, bottom] = padding(row, info.outHeight);
  const [left, right] = padding(column, info.outWidth);
  const pads = [top, left, bottom, right] as const;
  const cropped = crop(tracer, tracer.named(dy, image), image, dy, pads);
  const positive = pads.map((pad) => Math.max(0, pad)) as [number, number, number, number];
  return tracer.node('Conv', [cropped, filter], {
    attributes: {
      ...windowAttributes({ kernel: kernelShape, strides: [1, 1], pads: positive }),
      ...(group && { group }),
    },
    domain: block > 0 ? BLOCKED_DOMAIN : '',
  });
}

/** Crops an image where its padding is negative; blocked images are cropped along their pixels. */
function crop(
  tracer: Tracer,
  name: string,
  image: Layout,
  dy: TensorInfo,
  pads: readonly [number, number, number, number],
): string {
  const [top, left, bottom, right] = pads.map((pad) => Math.max(0, -pad)) as [number, number, number, number];
  if (top + left + bottom + right === 0) return name;
  const [n, h, w, c] = dy.shape as [number, number, number, number];
  const blocked = image === 'nchw-blocked';
  const shape = blocked ? [(n * c) / tracer.block, h, w, tracer.block] : [n, c, h, w];
  const cut = tracer.node('Slice', [
    tracer.reshape(name, shape),
    tracer.graph.integers(top, left),
    tracer.graph.integers(h - bottom, w - right),
    blocked ? tracer.graph.integers(1, 2) : tracer.graph.integers(2, 3),
  ]);
  return tracer.reshape(cut, [n, c, h - top - bottom, w - left - right]);
}
