import type { Form } from '../forms/forms.ts';
import { BLOCKED_DOMAIN, type Graph } from '../graph.ts';
import { floats } from '../passes/constants.ts';
import { type Matrix, matrices, onSquares } from '../winograd/matrices.ts';
import { gridOf, patchPlaces, resultPlaces, type Tiling } from '../winograd/tiling.ts';
import { type BlockedConvolution, tapsFirst } from './blocked-convolution.ts';
import { convolveInBlocks, filterInBlocks, productsOf } from './winograd-in-blocks.ts';

/** Values that convolutions of one graph share, by what they are. */
export type Shared = Map<string, string>;

/** Target of a written convolution. */
export interface Target {
  graph: Graph;
  /** Channels in a block. */
  block: number;
  /** The graph's input, whose first axis is the batch. */
  input: string;
  shared: Shared;
}

/**
 * Appends the nodes of a convolution by Winograd's minimal filtering, for batches of any size: the last one gives the value
 * of the convolution's own name. The filter's transform is a product of constants, which ONNX Runtime makes as it loads.
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

/** The result by tiles that stay in blocks. */
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
 * The result by tiles that are picked out and lie beside each other, as the pixels of one row: the products for all places
 * of a tile are one convolution 1×1 with as many groups, which takes the filters as they lie. `MatMul` would pack them at every run.
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

/** The filter, transformed for all places of a tile. */
function filterOf({ graph, block }: Target, { node, channels }: BlockedConvolution, tiling: Tiling): string {
  const values = tapsFirst(floats(graph.constants.get(node.inputs[1]!))!, block);
  const taps = graph.constant('float32', [9, values.length / 9], values);
  return filterInBlocks(graph, taps, { block, channels, tiling });
}

/** Where each run of a patch's pixel lies, `[side², runs, N, tiles]`; 0 is the border. */
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

/** Where each run of the result lies among `[m², runs, N, tiles]`: `[N, runs, H, W]`. */
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

/** Where each image begins, at so many runs an image, and with so many axes behind. */
const starts = (target: Target, size: number, axes: number): string =>
  remember(target, `starts ${size} ${axes}`, (graph) => {
    const [none, step] = [graph.scalar(0, 'int32'), graph.scalar(size, 'int32')];
    const numbers = graph.add('Range', [none, graph.add('Mul', [images(target), step]), step]);
    return graph.add('Reshape', [numbers, graph.integers(-1, ...Array<number>(axes).fill(1))]);
  });

/** The number of images. */
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

/** What the convolution did beside: the bias, an image that is added, the activation, all in one pass over the result. */
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
