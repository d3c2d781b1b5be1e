import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Layout } from '../layout.ts';
import type { Tracer } from '../trace/tracer.ts';
import { type Matrix, matrices, onSquares, transpose } from '../winograd/matrices.ts';
import { gridOf, patchPlaces, resultPlaces, type TileSize, type Tiling } from '../winograd/tiling.ts';
import { imageOf } from './spatial.ts';

/**
 * Computes a convolution by Winograd's minimal filtering: for each of the a² places of a tile, one product of all tiles
 * with the filter, in a transformed space. With `turned`, it computes the gradient with respect to the image: dy is
 * convolved with the turned filter, whose channels are exchanged.
 *
 * @see A. Lavin and S. Gray, Fast algorithms for convolutional neural networks, CVPR 2016
 */
export function winogradImage(
  tracer: Tracer,
  x: TensorInfo,
  filter: TensorInfo,
  tiling: Tiling,
  { turned = false, producer = 'Conv2D' } = {},
): TensorInfo {
  const channels = filter.shape[turned ? 2 : 3]!;
  const operands = [tilesOf(tracer, x, tiling), filterTiles(tracer, filter, tiling.size, turned)];
  const products = turned
    ? tracer.node('FusedMatMul', operands, { domain: CONTRIB, attributes: { transB: 1 } })
    : tracer.node('MatMul', operands);
  const results = times(
    tracer,
    onSquares(matrices[tiling.size].result),
    products,
    countOf(tiling) * channels,
  );
  return imageOfResults(tracer, results, tiling, channels, producer);
}

/**
 * Computes the gradient with respect to the filter: the transformed tiles of the image, which the forward pass has
 * computed, times those of dy.
 */
export function winogradFilter(tracer: Tracer, x: TensorInfo, dy: TensorInfo, tiling: Tiling): TensorInfo {
  const { filter, result } = matrices[tiling.size];
  const [inputs, outputs] = [x.shape[3]!, dy.shape[3]!];
  const patches = patchesOf(tracer, dy, { ...tiling, inputs: tiling.outputs, pads: [0, 0] }, tiling.size);
  const gradients = times(tracer, onSquares(transpose(result)), patches, countOf(tiling) * outputs);
  const side = tiling.size + 2;
  const products = tracer.node(
    'FusedMatMul',
    [tilesOf(tracer, x, tiling), tracer.reshape(gradients, [side * side, countOf(tiling), outputs])],
    { domain: CONTRIB, attributes: { transA: 1 } },
  );
  const sums = times(tracer, onSquares(transpose(filter)), products, inputs * outputs);
  const shape = [3, 3, inputs, outputs];
  return tracer.output(tracer.reshape(sums, shape), shape, 'float32', 'Conv2DBackpropFilter');
}

const CONTRIB = 'com.microsoft';

const countOf = (tiling: Tiling) => gridOf(tiling).reduce((a, b) => a * b, tiling.batch);

/** Multiplies a constant matrix by rows of `columns` columns. */
function times(tracer: Tracer, matrix: Matrix, name: string, columns: number): string {
  const [rows, inner] = [matrix.length, matrix[0]!.length];
  const constant = tracer.shared(`matrix ${matrix}`, () =>
    tracer.graph.constant('float32', [rows, inner], matrix.flat()),
  );
  return tracer.node('MatMul', [constant, tracer.reshape(name, [inner, columns])]);
}

/** Returns the transformed tiles of an image, `[a², tiles, C]`, computed once for all readers. */
function tilesOf(tracer: Tracer, x: TensorInfo, tiling: Tiling): string {
  const side = tiling.size + 2;
  const image = tracer.named(x, layoutOf(tracer, x));
  return tracer.shared(`tiles ${image} ${JSON.stringify(tiling)}`, () => {
    const columns = countOf(tiling) * x.shape[3]!;
    const patches = patchesOf(tracer, x, tiling, side);
    const tiles = times(tracer, onSquares(matrices[tiling.size].tile), patches, columns);
    return tracer.reshape(tiles, [side * side, countOf(tiling), x.shape[3]!]);
  });
}

/** Returns a transformed filter, `[a², I, O]`; if it is turned, its taps are reversed. */
function filterTiles(tracer: Tracer, filter: TensorInfo, size: TileSize, turned: boolean): string {
  const [, , inputs, outputs] = filter.shape as [number, number, number, number];
  const name = tracer.named(filter);
  return tracer.shared(`filter ${name} ${size} ${turned}`, () => {
    const matrix = onSquares(matrices[size].filter);
    const ordered = turned ? matrix.map((row) => row.toReversed()) : matrix;
    return tracer.reshape(times(tracer, ordered, name, inputs * outputs), [(size + 2) ** 2, inputs, outputs]);
  });
}

const layoutOf = (tracer: Tracer, x: TensorInfo): Layout =>
  tracer.has(x, 'nchw-blocked') ? 'nchw-blocked' : 'logical';

/** Returns the number of runs of neighbouring channels in an image's layout, and the channels of each. */
const runsOf = (tracer: Tracer, layout: Layout, channels: number) =>
  layout === 'nchw-blocked' ? [channels / tracer.block, tracer.block] : [1, channels];

/** Gathers squares of an image's pixels, one for each tile: `[side², tiles, C]`, zero beyond the border. */
function patchesOf(tracer: Tracer, x: TensorInfo, tiling: Tiling, side: number): string {
  const layout = layoutOf(tracer, x);
  const [blocks, run] = runsOf(tracer, layout, x.shape[3]!) as [number, number];
  const { batch, inputs } = tiling;
  const count = batch * blocks * inputs[0] * inputs[1];
  const image = tracer.named(x, layout);
  const bordered = tracer.shared(`border ${image}`, () => {
    const runs = tracer.reshape(image, [count, run]);
    const border = tracer.graph.constant('float32', [1, run], new Float32Array(run));
    return tracer.node('Concat', [runs, border], { attributes: { axis: 0 } });
  });
  const places = tracer.shared(`patches ${blocks} ${side} ${JSON.stringify(tiling)}`, () => {
    const found = patchPlaces(tiling, side, blocks);
    return tracer.graph.constant('int32', [found.length], found);
  });
  return tracer.node('Gather', [bordered, places], { attributes: { axis: 0 } });
}

/**
 * Turns results `[m², tiles, C]` into an image, in blocks if the graph uses them: a single gather puts them in place.
 */
function imageOfResults(
  tracer: Tracer,
  results: string,
  tiling: Tiling,
  channels: number,
  producer: string,
): TensorInfo {
  const { size, batch, outputs } = tiling;
  const layout = tracer.block > 0 && channels % tracer.block === 0 ? 'nchw-blocked' : 'logical';
  const [blocks, run] = runsOf(tracer, layout, channels) as [number, number];
  const places = tracer.shared(`results ${blocks} ${JSON.stringify(tiling)}`, () => {
    const found = resultPlaces(tiling, blocks);
    return tracer.graph.constant('int32', [found.length], found);
  });
  const runs = tracer.reshape(results, [size * size * countOf(tiling) * blocks, run]);
  const picked = tracer.node('Gather', [runs, places], { attributes: { axis: 0 } });
  return imageOf(tracer, picked, [batch, ...outputs, channels], layout, producer);
}
