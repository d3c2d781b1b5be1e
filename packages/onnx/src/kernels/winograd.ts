import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Layout } from '../layout.ts';
import type { Tracer } from '../tracer.ts';
import { imageOf } from './spatial.ts';

/** Side of the square of results that one tile gives. */
export type TileSize = 2 | 4;

/** One direction of a convolution by a 3×3 filter with stride 1, as sizes: an image in, an image out, and the border. */
export interface Tiling {
  size: TileSize;
  batch: number;
  inputs: readonly [height: number, width: number];
  outputs: readonly [height: number, width: number];
  /** Rows above and columns left of the image. */
  pads: readonly [top: number, left: number];
}

type Matrix = readonly (readonly number[])[];

/** Winograd's matrices at the points 0, 1, −1, (2, −2,) ∞: what turns a tile, a filter, and the products back. */
const matrices: Record<TileSize, { tile: Matrix; filter: Matrix; result: Matrix }> = {
  2: {
    tile: [
      [1, 0, -1, 0],
      [0, 1, 1, 0],
      [0, -1, 1, 0],
      [0, 1, 0, -1],
    ],
    filter: [
      [1, 0, 0],
      [1 / 2, 1 / 2, 1 / 2],
      [1 / 2, -1 / 2, 1 / 2],
      [0, 0, 1],
    ],
    result: [
      [1, 1, 1, 0],
      [0, 1, -1, -1],
    ],
  },
  4: {
    tile: [
      [4, 0, -5, 0, 1, 0],
      [0, -4, -4, 1, 1, 0],
      [0, 4, -4, -1, 1, 0],
      [0, -2, -1, 2, 1, 0],
      [0, 2, -1, -2, 1, 0],
      [0, 4, 0, -5, 0, 1],
    ],
    filter: [
      [1 / 4, 0, 0],
      [-1 / 6, -1 / 6, -1 / 6],
      [-1 / 6, 1 / 6, -1 / 6],
      [1 / 24, 1 / 12, 1 / 6],
      [1 / 24, -1 / 12, 1 / 6],
      [0, 0, 1],
    ],
    result: [
      [1, 1, 1, 1, 1, 0],
      [0, 1, -1, 2, -2, 0],
      [0, 1, 1, 4, 4, 0],
      [0, 1, -1, 8, -8, 1],
    ],
  },
};

const transpose = (matrix: Matrix): Matrix =>
  matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));

/** What a matrix does to rows and columns of a square, as one matrix on its elements. */
const onSquares = (matrix: Matrix): Matrix =>
  matrix.flatMap((a) => matrix.map((b) => a.flatMap((x) => b.map((y) => x * y))));

/**
 * A convolution by Winograd's minimal filtering: for each of the a² places of a tile, one product of all tiles with the
 * filter, in a transformed space. With `turned`, the gradient in the image: dy with the filter turned and its channels exchanged.
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

/** The gradient in the filter: the transformed tiles of the image, which the forward pass has made, times those of dy. */
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

const gridOf = ({ size, outputs: [height, width] }: Tiling) =>
  [Math.ceil(height / size), Math.ceil(width / size)] as const;

const countOf = (tiling: Tiling) => gridOf(tiling).reduce((a, b) => a * b, tiling.batch);

/** A constant matrix times rows of so many columns. */
function times(tracer: Tracer, matrix: Matrix, name: string, columns: number): string {
  const [rows, inner] = [matrix.length, matrix[0]!.length];
  const constant = tracer.shared(`matrix ${matrix}`, () =>
    tracer.graph.constant('float32', [rows, inner], matrix.flat()),
  );
  return tracer.node('MatMul', [constant, tracer.reshape(name, [inner, columns])]);
}

/** Tiles of an image, transformed: `[a², tiles, C]`, once for all that read them. */
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

/** A filter transformed, `[a², I, O]`; turned, its taps are in reverse. */
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

/** Runs of neighbouring channels in an image's layout: how many there are, and how many channels each. */
const runsOf = (tracer: Tracer, layout: Layout, channels: number) =>
  layout === 'nchw-blocked' ? [channels / tracer.block, tracer.block] : [1, channels];

/** Squares of an image's pixels, one for each tile: `[side², tiles, C]`, zero beyond the border. */
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

/** For each pixel of a patch, each tile and each run of channels, where that run lies in the image; the last is the border. */
function patchPlaces(
  { size, batch, inputs, outputs, pads }: Tiling,
  side: number,
  blocks: number,
): Int32Array {
  const [height, width] = inputs;
  const [rows, columns] = [Math.ceil(outputs[0] / size), Math.ceil(outputs[1] / size)];
  const places = new Int32Array(side * side * batch * rows * columns * blocks);
  const border = batch * blocks * height * width;
  let next = 0;
  for (let pixel = 0; pixel < side * side; pixel++) {
    const [dy, dx] = [Math.floor(pixel / side) - pads[0], (pixel % side) - pads[1]];
    for (let n = 0; n < batch; n++) {
      for (let tile = 0; tile < rows * columns; tile++) {
        const [y, x] = [Math.floor(tile / columns) * size + dy, (tile % columns) * size + dx];
        const inside = y >= 0 && x >= 0 && y < height && x < width;
        for (let block = 0; block < blocks; block++)
          places[next++] = inside ? ((n * blocks + block) * height + y) * width + x : border;
      }
    }
  }
  return places;
}

/** Results `[m², tiles, C]` as an image, in blocks where the graph has them: one pick puts them where they belong. */
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

function resultPlaces(tiling: Tiling, blocks: number): Int32Array {
  const { size, batch, outputs } = tiling;
  const [rows, columns] = gridOf(tiling);
  const places = new Int32Array(batch * blocks * outputs[0] * outputs[1]);
  let next = 0;
  for (let n = 0; n < batch; n++)
    for (let block = 0; block < blocks; block++)
      for (let y = 0; y < outputs[0]; y++)
        for (let x = 0; x < outputs[1]; x++) {
          const pixel = (y % size) * size + (x % size);
          const tile = Math.floor(y / size) * columns + Math.floor(x / size);
          places[next++] = ((pixel * batch + n) * rows * columns + tile) * blocks + block;
        }
  return places;
}
