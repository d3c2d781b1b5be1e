import type { Form } from '../forms/forms.ts';
import { BLOCKED_DOMAIN, type Graph } from '../graph.ts';
import { floats } from '../passes/constants.ts';
import { type Matrix, matrices, onSquares } from '../winograd/matrices.ts';
import { gridOf, patchPlaces, resultPlaces, type Tiling } from '../winograd/tiling.ts';
import { type BlockedConvolution, tapsFirst, tapsOf } from './blocked-convolution.ts';
import { convolveInBlocks, filterInBlocks } from './winograd-in-blocks.ts';

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
  const write = form === 'winograd-4-in-blocks' ? inBlocks : byMatrices;
  finish(target, convolution, write(target, convolution, tiling, form));
}

/** The result by tiles that stay in blocks. */
function inBlocks({ graph, block }: Target, convolution: BlockedConvolution, tiling: Tiling): string {
  const { node, channels } = convolution;
  const tiles = { block, channels, tiling };
  const filter = graph.constants.get(node.inputs[1]!);
  const values = tapsFirst(floats(filter)!, block);
  const taps = graph.constant('float32', [9, values.length / 9], values);
  return convolveInBlocks(graph, node.inputs[0]!, filterInBlocks(graph, taps, tiles), tiles);
}

/** The result by tiles that are picked out, and products of matrices. */
function byMatrices(target: Target, convolution: BlockedConvolution, tiling: Tiling, form: Form): string {
  const { graph, block } = target;
  const { node, channels } = convolution;
  const [inputs, outputs] = channels;
  const { tile, filter, result } = matrices[tiling.size];
  const area = (tiling.size + 2) ** 2;
  const times = (matrix: Matrix, values: string) => {
    const constant = graph.constant('float32', [matrix.length, matrix[0]!.length], matrix.flat());
    return graph.add('MatMul', [constant, values]);
  };
  const reshape = (value: string, ...shape: number[]) =>
    graph.add('Reshape', [value, graph.integers(...shape)]);
  const tiles = times(onSquares(tile), reshape(patches(target, node.inputs[0]!, inputs, tiling), area, -1));
  const taps = graph.constant('float32', [9, inputs * outputs], tapsOf(graph, convolution, block));
  const rows = reshape(tiles, area, -1, inputs);
  const products =
    form === 'winograd-4-packed'
      ? eachProduct(graph, rows, (place) =>
          reshape(times([onSquares(filter)[place]!], taps), inputs, outputs),
        )
      : graph.add('MatMul', [rows, reshape(times(onSquares(filter), taps), area, inputs, outputs)]);
  const results = times(onSquares(result), reshape(products, area, -1));
  const picked = graph.add('Gather', [reshape(results, -1, block), resultIndices(target, outputs, tiling)], {
    attributes: { axis: 0 },
  });
  return reshape(picked, -1, outputs, ...tiling.outputs);
}

/**
 * The products for every place of a tile one by one: ONNX Runtime packs a constant matrix once if it is alone, and at every
 * run if it is one of many.
 */
function eachProduct(graph: Graph, rows: string, filterOf: (place: number) => string): string {
  const products = onSquares(matrices[4].filter).map((_, place) => {
    const own = graph.add('Gather', [rows, graph.scalar(place, 'int64')], { attributes: { axis: 0 } });
    return graph.add('MatMul', [own, filterOf(place)]);
  });
  return graph.add('Concat', products, { attributes: { axis: 0 } });
}

/** Pixels of all tiles, `[side², N, tiles, runs, block]`: picked from the image's runs of channels, behind one of zeros. */
function patches(target: Target, image: string, channels: number, tiling: Tiling): string {
  const { graph, block } = target;
  const border = graph.constant('float32', [1, block], new Float32Array(block));
  const runs = graph.add('Reshape', [image, graph.integers(-1, block)]);
  const bordered = graph.add('Concat', [border, runs], { attributes: { axis: 0 } });
  return graph.add('Gather', [bordered, patchIndices(target, channels / block, tiling)], {
    attributes: { axis: 0 },
  });
}

/** Where each pixel of a patch lies, `[side², N, tiles, runs]`; 0 is the border. */
function patchIndices(target: Target, blocks: number, tiling: Tiling): string {
  return remember(target, `patches ${blocks} ${JSON.stringify(tiling)}`, (graph) => {
    const side = tiling.size + 2;
    const size = blocks * tiling.inputs[0] * tiling.inputs[1];
    const places = patchPlaces(tiling, side, blocks).map((place) => (place === size ? 0 : place + 1));
    const inside = places.filter((_, index) => index % blocks === 0).map(Math.sign);
    const tiles = inside.length / side ** 2;
    const moved = graph.add('Mul', [
      graph.constant('int32', [side ** 2, 1, tiles, 1], inside),
      starts(target, size, 2),
    ]);
    return graph.add('Add', [graph.constant('int32', [side ** 2, 1, tiles, blocks], places), moved]);
  });
}

/** Where each run of the result lies among `[m², N, tiles, runs]`: `[N, runs, H, W]`. */
function resultIndices(target: Target, channels: number, tiling: Tiling): string {
  const { block } = target;
  const blocks = channels / block;
  return remember(target, `results ${blocks} ${JSON.stringify(tiling)}`, (graph) => {
    const [height, width] = tiling.outputs;
    const size = gridOf(tiling).reduce((a, b) => a * b, blocks);
    const places = resultPlaces(tiling, blocks);
    const pixels = places.subarray(0, height * width).map((place) => Math.floor(place / size));
    const plane = graph.add('Mul', [images(target), graph.scalar(size, 'int32')]);
    const first = graph.add('Add', [
      graph.add('Mul', [graph.constant('int32', [height, width], pixels), plane]),
      graph.constant(
        'int32',
        [blocks, height, width],
        places.map((place) => place % size),
      ),
    ]);
    return graph.add('Add', [first, starts(target, size, 3)]);
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
