import { hostZeros, sizeOf } from '@hm/tensor/host';
import { kernelCache, optimizedModel } from '#runtime';
import { blockSize } from '../blocks.ts';
import { fastestForms } from '../forms/fastest-form.ts';
import { type Kernels, nameOf } from '../forms/forms.ts';
import { Graph, type GraphNode } from '../graph.ts';
import { rewrite } from '../passes/rewrite.ts';
import { type ModelFile, newNode, readModelFile, writeModelFile } from '../precision/model-file.ts';
import { graphNode } from '../protos.ts';
import { loadSession } from '../session/load-session.ts';
import type { ValueInfo } from '../session/session-options.ts';
import { type BlockedConvolution, blockedConvolution } from './blocked-convolution.ts';
import { type Bench, measureConvolution, type PlacedConvolution } from './measure-convolution.ts';
import { tilingOf, writeWinograd } from './write-winograd.ts';

/** Images in a run at which forms are timed, where the model takes any number. */
const MEASURED_BATCH = 32;

/** Below so many multiplications with an image, a convolution is not worth a choice. */
const WORTH_MEASURING = 2 ** 20;

type Found = BlockedConvolution & PlacedConvolution;

/**
 * A model as ONNX Runtime optimizes it on this CPU, with 3×3 convolutions by Winograd's minimal filtering where that was
 * measured to be faster with many images in a run.
 *
 * @param input the model's only input, whose first axis is the batch and whose other axes are fixed.
 * @returns undefined where nothing would be faster.
 */
export async function fasterModel(
  model: Uint8Array,
  input: ValueInfo,
  threads: number | undefined,
  choose = measuredForms,
): Promise<Uint8Array | undefined> {
  const block = await blockSize();
  const optimized = block === 0 ? undefined : await optimizedModel(model, threads);
  if (optimized === undefined) return undefined;
  const file = readModelFile(optimized);
  const found = await placedConvolutions(file, input, block);
  const batch = typeof input.shape[0] === 'number' ? input.shape[0] : MEASURED_BATCH;
  const kernels = await choose(new Map(found.map((each) => [nameIn(batch, each), each])), {
    ...{ batch, block, threads },
  });
  const forms = new Map(found.map((each) => [each.node.outputs[0]!, kernels[nameIn(batch, each)]!]));
  if ([...forms.values()].every((form) => form === 'direct')) return undefined;
  rewrite(file, (graph) => {
    const target = { graph, block, input: input.name, shared: new Map<string, string>() };
    const nodes = graph.nodes;
    graph.nodes = [];
    for (const node of nodes) {
      const form = forms.get(node.outputs[0]!) ?? 'direct';
      const convolution = found.find((each) => each.node.outputs[0] === node.outputs[0]);
      if (form === 'direct' || convolution === undefined) graph.nodes.push(node);
      else writeWinograd(target, convolution, tilingOf(convolution.pads, convolution.side, form));
    }
  });
  return writeModelFile(file);
}

/** A convolution's name in the cache. */
const nameIn = (batch: number, { channels: [inputs, outputs], pads, side }: PlacedConvolution) =>
  nameOf({
    ...{ direction: 'inference', image: [batch, ...side, inputs], filter: [3, 3, inputs, outputs], pads },
  });

/** The convolutions that have other forms, with the sizes of their images, which a run of two images tells. */
async function placedConvolutions(file: ModelFile, input: ValueInfo, block: number): Promise<Found[]> {
  const graph = new Graph();
  for (const tensor of file.graph.initializer) graph.constants.set(tensor.name, tensor);
  const known = file.graph.node.flatMap((node) => {
    const convolution = blockedConvolution(graph, graphNode(node), block);
    return convolution === undefined ? [] : [convolution];
  });
  // Range, which numbers images, came with version 11.
  const isOld = file.model.opsetImport.some(({ domain, version }) => domain === '' && version < 11n);
  if (known.length === 0 || isOld) return [];
  const shapes = await shapesOf(
    file,
    input,
    known.map(({ node }) => node),
  );
  return known.flatMap((convolution) => {
    const [images, , height, width] = shapes.get(convolution.node)!;
    const { channels } = convolution;
    const isBatch = images === (typeof input.shape[0] === 'number' ? input.shape[0] : 2);
    const multiplications = sizeOf([...channels, height!, width!]) * 9;
    return isBatch && multiplications >= WORTH_MEASURING
      ? [{ ...convolution, side: [height!, width!] as const }]
      : [];
  });
}

const SHAPE = 'shape of ';

/** The shapes of what nodes read first. */
async function shapesOf(file: ModelFile, input: ValueInfo, nodes: readonly GraphNode[]) {
  const { model, graph } = readModelFile(writeModelFile(file));
  const names = [...new Set(nodes.map(({ inputs }) => inputs[0]!))];
  graph.node.push(...names.map((name) => newNode('Shape', [name], SHAPE + name)));
  graph.output = names.map((name) => ({ ...graph.output[0]!, name: SHAPE + name, type: undefined! }));
  const session = await loadSession(writeModelFile({ model, graph }));
  const [batch = 2, ...sizes] = input.shape;
  const shape = [typeof batch === 'number' ? batch : 2, ...(sizes as number[])];
  const shapes = await session.run({ [input.name]: hostZeros(input.dtype, shape) as never });
  await session.release();
  return new Map(nodes.map((node) => [node, Array.from(shapes[SHAPE + node.inputs[0]!]!.data, Number)]));
}

/** Chooses a form for each convolution, by its name. */
type ChooseForms = (convolutions: ReadonlyMap<string, PlacedConvolution>, bench: Bench) => Promise<Kernels>;

/** The forms that are fastest on this processor; what was measured before is not measured again. */
const measuredForms: ChooseForms = (convolutions, bench) =>
  fastestForms(
    convolutions,
    (convolution, form) => measureConvolution(convolution, form, bench),
    kernelCache(bench.threads),
  );
