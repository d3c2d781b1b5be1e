import { kernelCache, optimizedModel } from '#runtime';
import { blockSize } from '../blocks.ts';
import { type FormTimes, fastestForm, formTimes } from '../forms/fastest-form.ts';
import { type Form, formsOf, nameOf } from '../forms/forms.ts';
import type { GraphNode } from '../graph.ts';
import { rewrite } from '../passes/rewrite.ts';
import { readModelFile, writeModelFile } from '../precision/model-file.ts';
import type { ValueInfo } from '../session/session-options.ts';
import { fewAtATime } from './few-at-a-time.ts';
import {
  type Bench,
  type MeasuredConvolution,
  measureConvolution,
  type PlacedConvolution,
} from './measure-convolution.ts';
import { type Network, type NetworkConvolution, type NetworkCut, networkOf } from './network.ts';
import { writeForm } from './write-winograd.ts';

/** Number of images in a run when forms are timed, if the model takes any number. */
const ALL = 32;

/**
 * Number of images at a time in the first part of a network. With eight, tiles fill the second-level cache of two
 * cores, and a run is sometimes faster, sometimes half as long again. With two, the start of every operator begins to
 * count.
 */
const FEW = 4;

/** A model, and how it is meant to run. */
export interface FasterModel {
  model: Uint8Array;
  /**
   * Number of parts of a batch that are computed at the same time, each on one thread; 1 to compute all of it on all
   * threads.
   */
  lanes: number;
}

/** Threads for a model. */
export interface FasterModelOptions {
  threads: number | undefined;
  /** Number of parts in which a batch may be computed at the same time; 1 for none. */
  lanes: number;
}

/** Two parts must be faster than one by this factor to be worth their handling. */
const WORTH = 0.97;

/**
 * Returns a model as ONNX Runtime optimizes it on this CPU, with 3×3 convolutions by Winograd's minimal filtering where
 * measurements with many images in a run show that it is faster.
 *
 * Tiles of large images are faster with a few images at a time, which fit into a cache; large filters are faster with
 * many. If measurements show that it is worth it, the network is split into two parts. That is done for one thread
 * only: two threads gain nothing from such small pieces, which they must hand over to each other.
 *
 * @param input the model's only input, whose first axis is the batch and whose other axes are fixed.
 * @returns undefined if nothing would be faster.
 */
export async function fasterModel(
  model: Uint8Array,
  input: ValueInfo,
  { threads, lanes: most }: FasterModelOptions,
  measure = measuredTimes,
): Promise<FasterModel | undefined> {
  const block = await blockSize();
  const optimized = block === 0 ? undefined : await optimizedModel(model, threads);
  if (optimized === undefined) return undefined;
  const network = await networkOf(readModelFile(optimized), input, block);
  const [batch] = input.shape;
  const all = typeof batch === 'number' ? batch : ALL;
  const lanes = typeof batch === 'number' || !network.keepsImagesApart ? 1 : most;
  const bench = { block, threads: lanes > 1 ? 1 : threads };
  const few = typeof batch === 'number' || bench.threads !== 1 ? undefined : FEW;
  const asked = [all, ...(few === undefined ? [] : [few])].flatMap((images) =>
    network.convolutions.map((each) => [nameIn(images, each), { ...each, images }] as const),
  );
  const plan = planOf(network, await measure(new Map(asked), bench), all, few);
  if (plan.forms.size === 0) return undefined;
  return { model: writeModel(optimized, input, network, plan, block), lanes };
}

/** Returns the name of a convolution in the cache. */
const nameIn = (images: number, { channels: [inputs, outputs], pads, side }: PlacedConvolution) =>
  nameOf({
    ...{ direction: 'inference', image: [images, ...side, inputs], filter: [3, 3, inputs, outputs], pads },
  });

type Times = Readonly<Record<string, FormTimes>>;

/** How a network is computed. */
interface Plan {
  /** Where the network is split into two parts, if at all. */
  cut: NetworkCut | undefined;
  /** Form of each convolution that is not computed directly, by the name of its result. */
  forms: ReadonlyMap<string, Exclude<Form, 'direct'>>;
}

/** Returns the fastest plan, judged by the times of single convolutions. */
function planOf({ convolutions, cuts }: Network, times: Times, all: number, few: number | undefined): Plan {
  const imagesOf = ({ place }: NetworkConvolution, cut?: NetworkCut) =>
    place < (cut?.nodes ?? 0) ? few! : all;
  const total = (cut?: NetworkCut) =>
    convolutions.reduce((sum, each) => {
      const images = imagesOf(each, cut);
      const found = times[nameIn(images, each)]!;
      return sum + found[fastestForm(found)]! / images;
    }, 0);
  const possible = few === undefined ? [] : cuts;
  const best = possible.map((cut) => ({ cut, total: total(cut) })).sort((a, b) => a.total - b.total)[0];
  const cut = best !== undefined && best.total < WORTH * total() ? best.cut : undefined;
  const chosen = convolutions.flatMap((each) => {
    const form = fastestForm(times[nameIn(imagesOf(each, cut), each)]!);
    return form === 'direct' ? [] : [[each.node.outputs[0]!, form] as const];
  });
  return { cut, forms: new Map(chosen) };
}

/** Writes a model with its convolutions in the planned forms, and the part before a cut for a few images at a time. */
function writeModel(
  model: Uint8Array,
  input: ValueInfo,
  { convolutions }: Network,
  { cut, forms }: Plan,
  block: number,
): Uint8Array {
  const file = readModelFile(model);
  rewrite(file, (graph) => {
    const write = (nodes: readonly GraphNode[], from: string) => {
      const target = { graph, block, input: from, shared: new Map<string, string>() };
      graph.nodes = [];
      for (const node of nodes) {
        const form = forms.get(node.outputs[0]!);
        const convolution = convolutions.find((each) => each.node.outputs[0] === node.outputs[0]);
        if (form === undefined || convolution === undefined) graph.nodes.push(node);
        else writeForm(target, convolution, convolution.side, form);
      }
      return graph.nodes;
    };
    const nodes = graph.nodes;
    if (cut === undefined) write(nodes, input.name);
    else {
      const front = write(nodes.slice(0, cut.nodes), input.name);
      const back = write(nodes.slice(cut.nodes), cut.value);
      graph.nodes = [...fewAtATime(graph, front, input, cut, FEW), ...back];
    }
  });
  return writeModelFile(file);
}

/** Returns the times of convolutions in every form on this processor; earlier measurements are not repeated. */
const measuredTimes = (
  convolutions: ReadonlyMap<string, MeasuredConvolution>,
  bench: Bench,
): Promise<Times> =>
  formTimes(convolutions, {
    formsOf: () => formsOf.inference,
    measure: (convolution, form) => measureConvolution(convolution, form, bench),
    cache: kernelCache(bench.threads),
  });
