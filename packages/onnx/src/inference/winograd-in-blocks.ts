import { BLOCKED_DOMAIN, type Graph } from '../graph.ts';
import { type Matrix, matrices, onSquares } from '../winograd/matrices.ts';
import { gridOf, type Tiling } from '../winograd/tiling.ts';

/** A convolution whose tiles stay in blocks of channels. */
export interface BlockedTiles {
  /** Number of channels in a block. */
  block: number;
  channels: readonly [inputs: number, outputs: number];
  /** The batch of the tiling is not used. */
  tiling: Tiling;
}

/**
 * Computes a convolution by Winograd's minimal filtering without leaving ONNX Runtime's blocks of channels. An image is
 * transformed by depthwise convolutions, one for each row of the matrix along each axis, with a tile as stride. The
 * products for all places of a tile are one 1×1 convolution with as many groups. This is much faster than gathering
 * tiles and multiplying matrices while the tiles of all images fit into a cache, and slower beyond that.
 *
 * @param image `[N, I, H, W]` in blocks. @param filter of {@link filterInBlocks}.
 * @returns `[N, O, H, W]` in blocks.
 */
export function convolveInBlocks(graph: Graph, image: string, filter: string, tiles: BlockedTiles): string {
  const { block, channels, tiling } = tiles;
  const [inputs, outputs] = channels;
  const { tile, result } = matrices[tiling.size];
  const places = tile.length ** 2;
  const [rows, columns] = gridOf(tiling);
  const narrow = alongAxis(graph, image, inputs, tiles, 1);
  const transformed = alongAxis(graph, narrow, tile.length * inputs, tiles, 0);
  const products = productsOf(graph, transformed, filter, places);
  const squares = onSquares(result);
  const sums = graph.add('MatMul', [
    graph.constant('float32', [squares.length, places], squares.flat()),
    graph.add('Reshape', [products, graph.integers(-1, places, outputs * rows * columns)]),
  ]);
  const runs = (squares.length * outputs * rows * columns) / block;
  const picked = graph.add(
    'Gather',
    [graph.add('Reshape', [sums, graph.integers(-1, runs, block)]), resultRuns(graph, tiles)],
    { attributes: { axis: 1 } },
  );
  return graph.add('Reshape', [picked, graph.integers(-1, outputs, ...tiling.outputs)]);
}

/**
 * Appends the products for all places of a tile: the channels of the image, place by place, by a filter of
 * {@link filterInBlocks}.
 */
export const productsOf = (graph: Graph, tiles: string, filter: string, places: number): string =>
  graph.add('Conv', [tiles, filter], {
    ...{ domain: BLOCKED_DOMAIN, attributes: { group: places, kernel_shape: [1, 1] } },
  });

/**
 * Transforms a filter for {@link productsOf}.
 *
 * @param taps `[9, O / b, I / b, b of I, b of O]`, of any shape that begins with 9.
 */
export function filterInBlocks(graph: Graph, taps: string, { channels, tiling }: BlockedTiles): string {
  const [inputs, outputs] = channels;
  const squares = onSquares(matrices[tiling.size].filter);
  const transformed = graph.add('MatMul', [
    graph.constant('float32', [squares.length, 9], squares.flat()),
    graph.add('Reshape', [taps, graph.integers(9, inputs * outputs)]),
  ]);
  return graph.add('Reshape', [transformed, graph.integers(squares.length * outputs, inputs, 1, 1)]);
}

/**
 * Multiplies every row of the matrix by the pixels of each tile along one axis. The results of the rows follow each
 * other as channels.
 */
function alongAxis(
  graph: Graph,
  image: string,
  channels: number,
  { block, tiling }: BlockedTiles,
  axis: 0 | 1,
): string {
  const { size, inputs, pads } = tiling;
  const oriented = (across: number, along: number) => (axis === 0 ? [along, across] : [across, along]);
  const rows = matrices[size].tile.map((row) => {
    const { taps, skipped } = tapsOf(row, pads[axis]);
    const before = pads[axis] - skipped;
    const after = size * (gridOf(tiling)[axis] - 1) + taps.length - inputs[axis] - before;
    const shape = oriented(1, taps.length);
    const values = Float32Array.from(
      { length: channels * taps.length },
      (_, index) => taps[Math.floor(index / block) % taps.length]!,
    );
    const filter = graph.constant('float32', [channels, 1, ...shape], values);
    return graph.add('Conv', [image, filter], {
      domain: BLOCKED_DOMAIN,
      attributes: {
        ...{ group: channels, kernel_shape: shape, strides: oriented(1, size) },
        pads: [...oriented(0, before), ...oriented(0, Math.max(0, after))],
      },
    });
  });
  return graph.add('Concat', rows, { attributes: { axis: 1 } });
}

/**
 * Returns a row of the matrix without the zeros at its ends; at its start, only zeros that reach beyond the border are
 * removed.
 */
function tapsOf(row: Matrix[number], pad: number): { taps: readonly number[]; skipped: number } {
  const skipped = Math.min(
    row.findIndex((tap) => tap !== 0),
    pad,
  );
  return { taps: row.slice(skipped, row.findLastIndex((tap) => tap !== 0) + 1), skipped };
}

/** Returns where each run of a result lies among the runs of all places of its tiles: `[O / b, H, W]`. */
function resultRuns(graph: Graph, { block, channels: [, outputs], tiling }: BlockedTiles): string {
  const { size } = tiling;
  const [height, width] = tiling.outputs;
  const [rows, columns] = gridOf(tiling);
  const blocks = outputs / block;
  const places = Int32Array.from({ length: blocks * height * width }, (_, index) => {
    const [x, y] = [index % width, Math.floor(index / width) % height];
    const place = (y % size) * size + (x % size);
    const run = place * blocks + Math.floor(index / (width * height));
    return (run * rows + Math.floor(y / size)) * columns + Math.floor(x / size);
  });
  return graph.constant('int32', [places.length], places);
}
