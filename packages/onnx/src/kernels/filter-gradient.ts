import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { tilingFor } from '../forms/forms.ts';
import type { Tracer } from '../trace/tracer.ts';
import { type ConvolutionAttributes, convolutionInfo } from './convolution.ts';
import { kernel } from './register.ts';
import { pick, pixelsOf, withBorder } from './spatial.ts';
import { canSwap, swappedGradient } from './swapped-gradient.ts';
import { winogradFilter } from './winograd.ts';

type Inputs = { x: TensorInfo; dy: TensorInfo };

/**
 * Gradient of a convolution with respect to its filter: the image's patches, one row for each pixel of dy, times dy.
 * Patches are gathered by index from the image in NHWC, so that all channels of a pixel are copied at once, and the
 * product is the filter in HWIO. Images with few channels are handled differently.
 */
kernel<Inputs, ConvolutionAttributes & { filterShape: number[] }>(
  'Conv2DBackpropFilter',
  (tracer, { x, dy }, attributes) => {
    const info = convolutionInfo(x.shape, attributes.filterShape, { ...attributes, dilations: 1 });
    const tiling = tilingFor(tracer, info, 'filter-gradient');
    if (tiling !== undefined) return winogradFilter(tracer, x, dy, tiling);
    if (canSwap(tracer, info)) return swappedGradient(tracer, x, dy, info);
    const taps = info.filterHeight * info.filterWidth;
    const positions = info.batchSize * info.outHeight * info.outWidth;
    const patches = tracer.reshape(patchesOf(tracer, x, info), [positions, taps * info.inChannels]);
    const gradients = tracer.reshape(tracer.named(dy), [positions, info.outChannels]);
    const product = tracer.node('Gemm', [patches, gradients], { attributes: { transA: 1 } });
    return tracer.output(
      tracer.reshape(product, info.filterShape),
      info.filterShape,
      'float32',
      'Conv2DBackpropFilter',
    );
  },
);

function patchesOf(tracer: Tracer, x: TensorInfo, info: backend_util.Conv2DInfo): string {
  const pixels = pixelsOf(tracer, x, 'logical');
  const indices = patchIndices(info);
  const identity = indices.length === pixels.pixels && indices.every((index, position) => index === position);
  if (identity) return pixels.name;
  const source = indices.includes(pixels.pixels) ? withBorder(tracer, pixels, 0) : pixels.name;
  const positions = info.outHeight * info.outWidth;
  return pick(tracer, source, indices, [positions, indices.length / positions]);
}

/** Returns the pixel under each tap of the window in each of its positions; the border has the index `h · w`. */
function patchIndices(info: backend_util.Conv2DInfo): number[] {
  const { outHeight, outWidth, filterHeight, filterWidth, inHeight, inWidth } = info;
  const indices: number[] = [];
  for (let i = 0; i < outHeight; i++) {
    for (let j = 0; j < outWidth; j++) {
      for (let a = 0; a < filterHeight; a++) {
        for (let b = 0; b < filterWidth; b++) {
          const y = i * info.strideHeight + a - info.padInfo.top;
          const x = j * info.strideWidth + b - info.padInfo.left;
          const inside = y >= 0 && x >= 0 && y < inHeight && x < inWidth;
          indices.push(inside ? y * inWidth + x : inHeight * inWidth);
        }
      }
    }
  }
  return indices;
}
