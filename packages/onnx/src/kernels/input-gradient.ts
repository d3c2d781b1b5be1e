import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { BLOCKED_DOMAIN } from '../graph.ts';
import type { Layout } from '../layout.ts';
import type { Tracer } from '../tracer.ts';
import { type ConvolutionAttributes, convolutionInfo, windowAttributes } from './convolution.ts';
import { kernel } from './register.ts';
import { imageOf, pick, withBorder } from './spatial.ts';

type Inputs = { dy: TensorInfo; filter: TensorInfo };

/**
 * The gradient of a convolution in its image. With stride s, pixels fall into s × s phases; each phase is a
 * stride-1 convolution of dy with its own taps of the turned filter, and the phases are then interleaved.
 */
kernel<Inputs, ConvolutionAttributes & { inputShape: number[] }>(
  'Conv2DBackpropInput',
  (tracer, { dy, filter }, attributes) => {
    const info = convolutionInfo(attributes.inputShape, filter.shape, { ...attributes, dilations: 1 });
    const turned = turnedFilter(tracer, filter, info);
    const rows = phases(
      info.strideHeight,
      info.filterHeight,
      info.padInfo.top,
      info.inHeight,
      info.outHeight,
    );
    const columns = phases(
      info.strideWidth,
      info.filterWidth,
      info.padInfo.left,
      info.inWidth,
      info.outWidth,
    );
    const images = rows.flatMap((row) =>
      columns.map((column) => phaseImage(tracer, dy, turned, info, row, column)),
    );
    if (images.length === 1 && images[0] !== undefined) {
      return tracer.output(images[0], info.inShape, 'float32', 'Conv2DBackpropInput', turned.image);
    }
    return interleave(tracer, info, turned.image, rows, columns, images);
  },
);

/** One residue of a pixel's row (or column) index modulo the stride. */
interface Phase {
  /** Filter taps that reach it, last first: the turned filter. */
  taps: number[];
  /** Padding of dy before and after, so that the convolution has one result for each pixel of the phase. */
  before: number;
  after: number;
  /** Number of pixels. */
  length: number;
}

/** Pixel r = s·q + ρ gets dy[q + c − j] · w[a + s·j], with a = (ρ + pad) mod s and c = (ρ + pad − a) / s. */
function phases(stride: number, size: number, pad: number, length: number, outputs: number): Phase[] {
  return Array.from({ length: Math.min(stride, length) }, (_, residue) => {
    const first = (residue + pad) % stride;
    const shift = (residue + pad - first) / stride;
    const taps: number[] = [];
    for (let tap = first; tap < size; tap += stride) taps.unshift(tap);
    const pixels = Math.ceil((length - residue) / stride);
    const before = taps.length - 1 - shift;
    return { taps, before, after: pixels - outputs - before + taps.length - 1, length: pixels };
  });
}

/** A filter with its channels exchanged, its taps on one axis, ready for {@link tapsOf}. */
interface TurnedFilter {
  name: string;
  image: Layout;
  block: number;
}

function turnedFilter(tracer: Tracer, filter: TensorInfo, info: backend_util.Conv2DInfo): TurnedFilter {
  const { inChannels: inputs, outChannels: outputs } = info;
  const taps = info.filterHeight * info.filterWidth;
  const { block } = tracer;
  if (block > 0 && inputs % block === 0 && outputs % block === 0) {
    const split = tracer.reshape(tracer.named(filter, 'oihw-blocked'), [
      outputs / block,
      inputs / block,
      taps,
      block,
      block,
    ]);
    const name = tracer.node('Transpose', [split], { attributes: { perm: [1, 0, 2, 4, 3] } });
    return { name, image: 'nchw-blocked', block };
  }
  const flat = tracer.reshape(tracer.named(filter, 'oihw'), [outputs, inputs, taps]);
  return {
    name: tracer.node('Transpose', [flat], { attributes: { perm: [1, 0, 2] } }),
    image: 'nchw',
    block: 0,
  };
}

function phaseImage(
  tracer: Tracer,
  dy: TensorInfo,
  { name, image, block }: TurnedFilter,
  info: backend_util.Conv2DInfo,
  row: Phase,
  column: Phase,
): string | undefined {
  if (row.taps.length === 0 || column.taps.length === 0) return undefined;
  const taps = row.taps.flatMap((y) => column.taps.map((x) => y * info.filterWidth + x));
  const picked = tracer.node('Gather', [name, tracer.graph.constant('int32', [taps.length], taps)], {
    attributes: { axis: 2 },
  });
  const kernelShape = [row.taps.length, column.taps.length] as const;
  const filter = tracer.reshape(picked, [info.inChannels, info.outChannels, ...kernelShape]);
  const cropped = crop(tracer, tracer.named(dy, image), image, dy, row, column);
  const pads = [row.before, column.before, row.after, column.after].map((pad) => Math.max(0, pad));
  return tracer.node('Conv', [cropped, filter], {
    attributes: windowAttributes({
      kernel: kernelShape,
      strides: [1, 1],
      pads: pads as [number, number, number, number],
    }),
    domain: block > 0 ? BLOCKED_DOMAIN : '',
  });
}

/** Cuts off what negative padding says; blocked images are cut through their pixels. */
function crop(
  tracer: Tracer,
  name: string,
  image: Layout,
  dy: TensorInfo,
  row: Phase,
  column: Phase,
): string {
  const cuts = [row.before, column.before, row.after, column.after].map((pad) => Math.max(0, -pad)) as [
    number,
    number,
    number,
    number,
  ];
  if (cuts.every((cut) => cut === 0)) return name;
  const [n, h, w, c] = dy.shape as [number, number, number, number];
  const [top, left, bottom, right] = cuts;
  const blocked = image === 'nchw-blocked';
  const shape = blocked ? [(n * c) / tracer.block, h, w, tracer.block] : [n, c, h, w];
  const axes = blocked ? [1, 2] : [2, 3];
  const cut = tracer.node('Slice', [
    tracer.reshape(name, shape),
    tracer.graph.integers(top, left),
    tracer.graph.integers(h - bottom, w - right),
    tracer.graph.integers(...axes),
  ]);
  return tracer.reshape(cut, [n, c, h - top - bottom, w - left - right]);
}

function interleave(
  tracer: Tracer,
  info: backend_util.Conv2DInfo,
  layout: Layout,
  rows: Phase[],
  columns: Phase[],
  images: (string | undefined)[],
): TensorInfo {
  const inner = layout === 'nchw-blocked' ? tracer.block : 1;
  const outer = (info.batchSize * info.inChannels) / inner;
  const offsets: (number | undefined)[] = [];
  let total = 0;
  const parts = images.flatMap((image, index) => {
    const pixels = rows[Math.floor(index / columns.length)]!.length * columns[index % columns.length]!.length;
    offsets.push(image === undefined ? undefined : total);
    if (image === undefined) return [];
    total += pixels;
    return [tracer.reshape(image, [outer, pixels, inner])];
  });
  const joined = parts.length === 1 ? parts[0]! : tracer.node('Concat', parts, { attributes: { axis: 1 } });
  const source = { name: joined, outer, pixels: total, inner, layout: 'logical' as const };
  const name = images.includes(undefined) ? withBorder(tracer, source, 0) : joined;
  const indices = interleaved(info, rows, columns, offsets, total);
  return imageOf(
    tracer,
    pick(tracer, name, indices, [indices.length]),
    info.inShape,
    layout,
    'Conv2DBackpropInput',
  );
}

function interleaved(
  info: backend_util.Conv2DInfo,
  rows: Phase[],
  columns: Phase[],
  offsets: (number | undefined)[],
  border: number,
): number[] {
  const indices: number[] = [];
  for (let y = 0; y < info.inHeight; y++) {
    for (let x = 0; x < info.inWidth; x++) {
      const phase = (y % rows.length) * columns.length + (x % columns.length);
      const offset = offsets[phase];
      const width = columns[x % columns.length]!.length;
      const pixel = Math.floor(y / rows.length) * width + Math.floor(x / columns.length);
      indices.push(offset === undefined ? border : offset + pixel);
    }
  }
  return indices;
}
