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

/** Images in a run at which forms are timed, where the model takes any number. */
const ALL = 32;

/**
 * Images at a time for the first part of a network. With eight, tiles fill the second cache of two cores, and a run takes
 * now less and now half as much again; with two, every operator's start begins to count.
 */
const FEW = 4;

/** A model, and how it is meant to run. */
export interface FasterModel {
  model: Uint8Array;
  /** Parts of a batch that are computed at once, each on one thread; 1 for all of it, on all threads. */
  lanes: number;
}

/** What a model is to run on. */
export interface FasterModelOptions {
  threads: number | undefined;
  /** Parts that a batch may be computed in at once; 1 for none. */
  lanes: number;
}

/** Two parts must be worth their handling: faster than one by so much. */
const WORTH = 0.97;

/**
 * A model as ONNX Runtime optimizes it on this CPU, with 3×3 convolutions by Winograd's minimal filtering where that was
 * measured to be faster with many images in a run. Tiles of large images are faster a few images at a time, which a cache
 * can hold, and large filters with many: where it was measured to be worth it, the network comes in two parts. That is only
 * for one thread, since such small pieces are worth nothing to two threads that must hand them over to each other.
 *
 * @param input the model's only input, whose first axis is the batch and whose other axes are fixed.
 * @returns undefined where nothing would be faster.
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

/** A convolution's name in the cache. */
const nameIn = (images: number, { channels: [inputs, outputs], pads, side }: PlacedConvolution) =>
  nameOf({
    ...{ direction: 'inference', image: [images, ...side, inputs], filter: [3, 3, inputs, outputs], pads },
  });

type Times = Readonly<Record<string, FormTimes>>;

/** How a network is computed. */
interface Plan {
  /** Where it falls into two parts, if it does. */
  cut: NetworkCut | undefined;
  /** The form of each convolution that is not computed as it stands, by its result. */
  forms: ReadonlyMap<string, Exclude<Form, 'direct'>>;
}

/** The fastest plan by the times of single convolutions. */
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

/** Writes a model with convolutions in other forms, and what comes before a cut for a few images at a time. */
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

/** The times of convolutions in every form on this processor; what was measured before is not measured again. */
const measuredTimes = (
  convolutions: ReadonlyMap<string, MeasuredConvolution>,
  bench: Bench,
): Promise<Times> =>
  formTimes(convolutions, {
    formsOf: () => formsOf.inference,
    measure: (convolution, form) => measureConvolution(convolution, form, bench),
    cache: kernelCache(bench.threads),
  });
