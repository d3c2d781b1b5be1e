import type { Form } from '../forms/forms.ts';
import { BLOCKED_DOMAIN, type Graph } from '../graph.ts';
import { floats } from '../passes/constants.ts';
import { type Matrix, matrices, onSquares } from '../winograd/matrices.ts';
import { gridOf, patchPlaces, resultPlaces, type Tiling } from '../winograd/tiling.ts';
import { type BlockedConvolution, tapsFirst } from './blocked-convolution.ts';
import { convolveInBlocks, filterInBlocks, productsOf } from './winograd-in-blocks.ts';

/** Values that the convolutions of a graph share, by a description of the value. */
export type Shared = Map<string, string>;

/** The graph to which a convolution is written. */
export interface Target {
  graph: Graph;
  /** Number of channels in a block. */
  block: number;
  /** The graph's input, whose first axis is the batch. */
  input: string;
  shared: Shared;
}

/**
 * Appends the nodes of a convolution by Winograd's minimal filtering, for batches of any size. The output of the last
 * one has the name of the convolution's own output. The filter's transform is a product of constants, which ONNX
 * Runtime computes on loading.
 *
 * @param side height and width of the image.
 */
export function writeForm(
  target: Target,
  convolution: BlockedConvolution,
  side: readonly [number, number],
  form: Exclude<Form, 'direct'>,
): void {
  const [top, left, bottom, right] = convolution.pads;
  const [height, width] = side;
  const tiling: Tiling = {
    ...{ size: form === 'winograd-2' ? 2 : 4, batch: 1, inputs: side, pads: [top, left] },
    outputs: [height + top + bottom - 2, width + left + right - 2],
  };
  const write = form === 'winograd-4-in-blocks' ? inBlocks : inRow;
  finish(target, convolution, write(target, convolution, tiling));
}

/** Appends a convolution whose tiles stay in blocks. */
function inBlocks(target: Target, convolution: BlockedConvolution, tiling: Tiling): string {
  const tiles = { block: target.block, channels: convolution.channels, tiling };
  return convolveInBlocks(
    target.graph,
    convolution.node.inputs[0]!,
    filterOf(target, convolution, tiling),
    tiles,
  );
}

/**
 * Appends a convolution whose tiles are gathered and lie beside each other, as the pixels of one row. The products for
 * all places of a tile are one 1×1 convolution with as many groups, which takes the filters as they are stored;
 * `MatMul` would pack them on every run.
 */
function inRow(target: Target, convolution: BlockedConvolution, tiling: Tiling): string {
  const { graph, block } = target;
  const { node, channels } = convolution;
  const [inputs, outputs] = channels;
  const { tile, result } = matrices[tiling.size];
  const area = tile.length ** 2;
  const reshape = (value: string, ...shape: number[]) =>
    graph.add('Reshape', [value, graph.integers(...shape)]);
  const pick = (runs: string, places: string) =>
    graph.add('Gather', [runs, places], { attributes: { axis: 0 } });
  const times = (matrix: Matrix, values: string) => {
    const constant = graph.constant('float32', [matrix.length, matrix[0]!.length], matrix.flat());
    return graph.add('MatMul', [constant, values]);
  };
  const border = graph.constant('float32', [1, block], new Float32Array(block));
  const runs = graph.add('Concat', [border, reshape(node.inputs[0]!, -1, block)], {
    attributes: { axis: 0 },
  });
  const patches = pick(runs, patchIndices(target, inputs / block, tiling));
  const tiles = times(onSquares(tile), reshape(patches, area, -1));
  const filter = filterOf(target, convolution, tiling);
  const products = productsOf(graph, reshape(tiles, 1, area * inputs, 1, -1), filter, area);
  const results = times(onSquares(result), reshape(products, area, -1));
  const picked = pick(reshape(results, -1, block), resultIndices(target, outputs / block, tiling));
  return reshape(picked, -1, outputs, ...tiling.outputs);
}

/** Returns the filter, transformed for all places of a tile. */
function filterOf({ graph, block }: Target, { node, channels }: BlockedConvolution, tiling: Tiling): string {
  const values = tapsFirst(floats(graph.constants.get(node.inputs[1]!))!, block);
  const taps = graph.constant('float32', [9, values.length / 9], values);
  return filterInBlocks(graph, taps, { block, channels, tiling });
}

/** Returns where each run of a patch's pixel lies, `[side², runs, N, tiles]`; 0 is the border. */
function patchIndices(target: Target, blocks: number, tiling: Tiling): string {
  return remember(target, `patches ${blocks} ${JSON.stringify(tiling)}`, (graph) => {
    const side = tiling.size + 2;
    const plane = tiling.inputs[0] * tiling.inputs[1];
    const first = patchPlaces(tiling, side, 1).map((place) => (place === plane ? 0 : place + 1));
    const tiles = first.length / side ** 2;
    const places = Int32Array.from({ length: first.length * blocks }, (_, index) => {
      const run = Math.floor(index / tiles) % blocks;
      const place = first[Math.floor(index / tiles / blocks) * tiles + (index % tiles)]!;
      return place === 0 ? 0 : place + run * plane;
    });
    const moved = graph.add('Mul', [
      graph.constant('int32', [side ** 2, 1, 1, tiles], first.map(Math.sign)),
      starts(target, blocks * plane, 1),
    ]);
    return graph.add('Add', [graph.constant('int32', [side ** 2, blocks, 1, tiles], places), moved]);
  });
}

/** Returns where each run of the result lies among `[m², runs, N, tiles]`: `[N, runs, H, W]`. */
function resultIndices(target: Target, blocks: number, tiling: Tiling): string {
  return remember(target, `results ${blocks} ${JSON.stringify(tiling)}`, (graph) => {
    const [height, width] = tiling.outputs;
    const tiles = gridOf(tiling).reduce((a, b) => a * b);
    const places = resultPlaces(tiling, 1);
    const rows = Int32Array.from({ length: blocks * places.length }, (_, index) => {
      const pixel = Math.floor(places[index % places.length]! / tiles);
      return pixel * blocks + Math.floor(index / places.length);
    });
    const row = graph.add('Mul', [images(target), graph.scalar(tiles, 'int32')]);
    const ofFirst = graph.add('Add', [
      graph.add('Mul', [graph.constant('int32', [blocks, height, width], rows), row]),
      graph.constant(
        'int32',
        [height, width],
        places.map((place) => place % tiles),
      ),
    ]);
    return graph.add('Add', [ofFirst, starts(target, tiles, 3)]);
  });
}

/** Returns where each image begins, at `size` runs per image, with `axes` axes of size 1 appended. */
const starts = (target: Target, size: number, axes: number): string =>
  remember(target, `starts ${size} ${axes}`, (graph) => {
    const [none, step] = [graph.scalar(0, 'int32'), graph.scalar(size, 'int32')];
    const numbers = graph.add('Range', [none, graph.add('Mul', [images(target), step]), step]);
    return graph.add('Reshape', [numbers, graph.integers(-1, ...Array<number>(axes).fill(1))]);
  });

/** Returns the number of images. */
const images = (target: Target): string =>
  remember(target, 'images', (graph) => {
    const shape = graph.add('Shape', [target.input]);
    const size = graph.add('Gather', [shape, graph.scalar(0, 'int64')], { attributes: { axis: 0 } });
    return graph.add('Cast', [size], { attributes: { to: 6 } });
  });

function remember({ graph, shared }: Target, key: string, make: (graph: Graph) => string): string {
  const known = shared.get(key) ?? make(graph);
  shared.set(key, known);
  return known;
}

/**
 * Appends what else the convolution did, in one pass over the result: the bias, an image that is added, the activation.
 */
function finish({ graph }: Target, { node, channels: [, outputs] }: BlockedConvolution, image: string): void {
  const [, , bias = '', addend = ''] = node.inputs;
  const ones = graph.constant('float32', [outputs, 1, 1, 1], new Float32Array(outputs).fill(1));
  const inputs = [image, ones, bias, ...(addend === '' ? [] : [addend])];
  const own = Object.entries(node.attributes).filter(([name]) => name.startsWith('activation'));
  graph.nodes.push({
    ...{ op: 'Conv', domain: BLOCKED_DOMAIN, inputs, outputs: node.outputs, sameShape: false },
    attributes: { ...Object.fromEntries(own), group: outputs, kernel_shape: [1, 1] },
  });
}
