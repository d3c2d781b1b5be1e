import { hostZeros, sizeOf } from '@hm/tensor/host';
import { Graph } from '../graph.ts';
import { type ModelFile, newNode, readModelFile, writeModelFile } from '../precision/model-file.ts';
import { graphNode } from '../protos.ts';
import { loadSession } from '../session/load-session.ts';
import type { ValueInfo } from '../session/session-options.ts';
import { type BlockedConvolution, blockedConvolution } from './blocked-convolution.ts';
import { byImage, type Cut, cutsOf, keepsImagesApart, whileRows } from './by-image.ts';
import type { PlacedConvolution } from './measure-convolution.ts';

/** Convolutions with fewer multiplications per image are not worth measuring. */
const WORTH_MEASURING = 2 ** 20;

/** A convolution that has other forms than the direct one. */
export interface NetworkConvolution extends BlockedConvolution, PlacedConvolution {
  /** Index of its node in the network. */
  place: number;
}

/** A place to cut a network, and the shape of the value there for one image. */
export interface NetworkCut extends Cut {
  shape: readonly number[];
}

/** The properties of a network, as ONNX Runtime optimizes it, that affect the choice of forms. */
export interface Network {
  convolutions: readonly NetworkConvolution[];
  cuts: readonly NetworkCut[];
  /** True if a batch may be computed in parts. */
  keepsImagesApart: boolean;
}

/** Finds what can be computed in other forms. The sizes of images are found in a trial run. */
export async function networkOf(file: ModelFile, input: ValueInfo, block: number): Promise<Network> {
  const graph = new Graph();
  graph.nodes = file.graph.node.map(graphNode);
  for (const tensor of file.graph.initializer) graph.constants.set(tensor.name, tensor);
  const known = graph.nodes.flatMap((node, place) => {
    const convolution = blockedConvolution(graph, node, block);
    return convolution === undefined ? [] : [{ ...convolution, place }];
  });
  // Range, which numbers images, came with opset 11.
  const isOld = file.model.opsetImport.some(({ domain, version }) => domain === '' && version < 11n);
  if (known.length === 0 || isOld) return { convolutions: [], cuts: [], keepsImagesApart: false };
  const outputs = new Set(file.graph.output.map(({ name }) => name));
  const possible = byImage(graph, input.name);
  const read = known.map(({ node }) => node.inputs[0]!);
  const batch = typeof input.shape[0] === 'number' ? input.shape[0] : TRIAL;
  const shapes = await shapesOf(file, input, batch, [...read, ...possible.ofImages]);
  const apart = whileRows(graph, possible, (value) => shapes.get(value)![0] === batch);
  const convolutions = known.flatMap((convolution) => {
    const [images, , height, width] = shapes.get(convolution.node.inputs[0]!)!;
    const multiplications = sizeOf([...convolution.channels, height!, width!]) * 9;
    return images === batch && multiplications >= WORTH_MEASURING
      ? [{ ...convolution, side: [height!, width!] as const }]
      : [];
  });
  return {
    convolutions,
    keepsImagesApart: keepsImagesApart(graph, apart, outputs),
    cuts: cutsOf(graph, apart, outputs).map((cut) => ({ ...cut, shape: shapes.get(cut.value)!.slice(1) })),
  };
}

/** Number of images in the trial run: odd, so that no two rows can be joined, and rare as the length of an axis. */
const TRIAL = 7;

const SHAPE = 'shape of ';

/** Finds the shapes of values of a network by running it. */
async function shapesOf(
  file: ModelFile,
  input: ValueInfo,
  batch: number,
  values: readonly string[],
): Promise<Map<string, number[]>> {
  const { model, graph } = readModelFile(writeModelFile(file));
  const names = [...new Set(values)];
  graph.node.push(...names.map((name) => newNode('Shape', [name], SHAPE + name)));
  graph.output = names.map((name) => ({ ...graph.output[0]!, name: SHAPE + name, type: undefined! }));
  const session = await loadSession(writeModelFile({ model, graph }));
  const shape = [batch, ...(input.shape.slice(1) as number[])];
  try {
    const shapes = await session.run({ [input.name]: hostZeros(input.dtype, shape) as never });
    return new Map(names.map((name) => [name, Array.from(shapes[SHAPE + name]!.data, Number)]));
  } finally {
    await session.release();
  }
}
