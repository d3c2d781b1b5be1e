import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { BLOCKED_DOMAIN } from '../graph.ts';
import type { Tracer } from '../trace/tracer.ts';
import { windowAttributes } from './convolution.ts';
import { pick, withBorder } from './spatial.ts';

/**
 * Bytes of dy that one part of the sum reads again for every channel of the image: about the size of a core's
 * second-level cache.
 */
const PART = 2 ** 20;

/**
 * Returns true if {@link swappedGradient} can compute the gradient with respect to a filter. It is for images of so few
 * channels that the patches of a matrix product would be copied in pieces of a few bytes.
 */
export const canSwap = ({ block }: Tracer, { batchSize, inChannels, outChannels }: backend_util.Conv2DInfo) =>
  block > 0 && inChannels < block && outChannels % block === 0 && batchSize % block === 0;

/**
 * Computes the gradient of a convolution with respect to its filter as a convolution in which batch and channels change
 * places. Each channel of the image is an image whose channels are the batch, and dy is the filter, spread by the
 * stride. The results are the taps. Rows of dy, and blocks of the batch, form groups that are summed at the end, so
 * that the part of dy that a group needs stays in a cache.
 */
export function swappedGradient(
  tracer: Tracer,
  x: TensorInfo,
  dy: TensorInfo,
  info: backend_util.Conv2DInfo,
): TensorInfo {
  const parts = partsOf(tracer.block, info);
  const { inChannels, outChannels, filterHeight, filterWidth, filterShape } = info;
  const [groups, channels] = [parts.blocks * parts.bands, outChannels / tracer.block];
  const taps = filterHeight * filterWidth;
  const products = tracer.node(
    'Conv',
    [imageParts(tracer, x, info, parts), dyParts(tracer, dy, info, parts)],
    {
      domain: BLOCKED_DOMAIN,
      attributes: {
        ...windowAttributes({ kernel: [parts.rows, info.outWidth], strides: [1, 1], pads: [0, 0, 0, 0] }, [
          info.strideHeight,
          info.strideWidth,
        ]),
        group: groups,
      },
    },
  );
  const addends = tracer.reshape(products, [inChannels, groups, channels * taps * tracer.block]);
  const sums = tracer.node('ReduceSum', [addends, tracer.graph.integers(1)], { attributes: { keepdims: 0 } });
  const byTap = tracer.node('Transpose', [tracer.reshape(sums, [inChannels, channels, taps, tracer.block])], {
    attributes: { perm: [2, 0, 1, 3] },
  });
  return tracer.output(tracer.reshape(byTap, filterShape), filterShape, 'float32', 'Conv2DBackpropFilter');
}

/** How dy is divided: into blocks of the batch, and each block into bands of `rows` rows. */
interface Parts {
  blocks: number;
  bands: number;
  rows: number;
}

function partsOf(
  block: number,
  { batchSize, outHeight, outWidth, outChannels }: backend_util.Conv2DInfo,
): Parts {
  const fits = (rows: number) =>
    rows * outWidth * outChannels * block * Float32Array.BYTES_PER_ELEMENT <= PART;
  const divisors = Array.from({ length: outHeight }, (_, index) => outHeight - index);
  const rows = divisors.find((count) => outHeight % count === 0 && fits(count)) ?? 1;
  return { blocks: batchSize / block, bands: outHeight / rows, rows };
}

/**
 * Returns the pixels under each band of dy, a block of the batch side by side,
 * `[channels, groups · block, rows, columns]`.
 */
function imageParts(tracer: Tracer, x: TensorInfo, info: backend_util.Conv2DInfo, parts: Parts): string {
  const { batchSize, inHeight, inWidth, inChannels, padInfo, strideHeight } = info;
  const { block } = tracer;
  const values = inWidth * inChannels;
  const swapped = tracer.node(
    'ReorderInput',
    [tracer.reshape(tracer.named(x, 'logical'), [1, batchSize, inHeight, values])],
    { domain: BLOCKED_DOMAIN, attributes: { channels_last: 0 } },
  );
  const border = parts.blocks * inHeight * values;
  const rows = tracer.reshape(swapped, [1, border, block]);
  const source = withBorder(tracer, { name: rows, outer: 1, inner: block }, 0);
  const height = (parts.rows - 1) * strideHeight + info.filterHeight;
  const width = (info.outWidth - 1) * info.strideWidth + info.filterWidth;
  const places = new Int32Array(inChannels * parts.blocks * parts.bands * height * width);
  let place = 0;
  for (let channel = 0; channel < inChannels; channel++)
    for (let images = 0; images < parts.blocks; images++)
      for (let band = 0; band < parts.bands; band++)
        for (let row = 0; row < height; row++)
          for (let column = 0; column < width; column++) {
            const y = band * parts.rows * strideHeight + row - padInfo.top;
            const x = column - padInfo.left;
            const inside = y >= 0 && x >= 0 && y < inHeight && x < inWidth;
            places[place++] = inside ? (images * inHeight + y) * values + x * inChannels + channel : border;
          }
  return tracer.reshape(pick(tracer, source, places, [places.length]), [
    inChannels,
    parts.blocks * parts.bands * block,
    height,
    width,
  ]);
}

/** Returns dy as the filters of the groups, `[groups · channels, block, rows, columns]` in blocks. */
function dyParts(tracer: Tracer, dy: TensorInfo, info: backend_util.Conv2DInfo, parts: Parts): string {
  const { batchSize, outHeight, outWidth, outChannels } = info;
  const { block } = tracer;
  const channels = outChannels / block;
  const pixels = outHeight * outWidth;
  const source = tracer.reshape(tracer.named(dy, 'nchw-blocked'), [1, batchSize * channels * pixels, block]);
  const places = new Int32Array(batchSize * channels * pixels);
  const size = parts.rows * outWidth;
  let place = 0;
  for (let images = 0; images < parts.blocks; images++)
    for (let band = 0; band < parts.bands; band++)
      for (let channel = 0; channel < channels; channel++)
        for (let pixel = band * size; pixel < (band + 1) * size; pixel++)
          for (let image = images * block; image < (images + 1) * block; image++)
            places[place++] = (image * channels + channel) * pixels + pixel;
  return tracer.reshape(pick(tracer, source, places, [places.length]), [
    parts.blocks * parts.bands * outChannels,
    block,
    parts.rows,
    outWidth,
  ]);
}
