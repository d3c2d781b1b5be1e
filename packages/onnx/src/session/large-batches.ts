import type { HostTensor } from '@hm/tensor/host';
import { lanesFor, startLane } from '#runtime';
import type { FasterModel } from '../inference/faster-model.ts';
import type { Lane } from '../inference/lane.node.ts';
import { assertFeeds } from './assert-feeds.ts';
import type { RunnableGraph, Substitute } from './host-session.ts';
import { type LoadedGraph, loadGraph } from './loaded-graph.ts';
import type { SessionOptions, ValueInfo } from './session-options.ts';

/** With fewer images in a run, convolutions are left as they are: one face is not worth the second graph. */
const LARGE = 8;

/**
 * Number of images before the second graph is made. Making it takes a second or two, which about a thousand images
 * recover; most programs run fewer.
 */
const WORTH_IT = 512;

/**
 * A second graph of an image network for runs of many images, in which convolutions have the forms that were measured
 * to be fastest. It is made once so many images have come in such runs that more can be expected.
 */
export class LargeBatches implements Substitute {
  readonly #graph: LoadedGraph;
  readonly #options: SessionOptions;
  readonly #input: ValueInfo | undefined;
  #images = 0;
  #faster: Promise<RunnableGraph | undefined> | undefined;

  constructor(graph: LoadedGraph, options: SessionOptions) {
    this.#graph = graph;
    this.#options = options;
    this.#input = graph.provider === 'cpu' ? imagesOf(graph.inputs) : undefined;
    if (this.#input === undefined) graph.model = undefined;
  }

  async graphFor(feeds: Readonly<Record<string, HostTensor>>): Promise<RunnableGraph> {
    const graph = this.#graph;
    const images = this.#input === undefined ? undefined : feeds[this.#input.name];
    if (images === undefined || !(images.shape[0]! >= LARGE) || graph.released) return graph;
    assertFeeds(feeds, graph.inputs);
    this.#images += images.shape[0]!;
    if (this.#images <= WORTH_IT) return graph;
    // Whatever goes wrong with it, the graph that was loaded still runs.
    this.#faster ??= this.#load().catch(() => undefined);
    return (await this.#faster) ?? graph;
  }

  async #load(): Promise<RunnableGraph | undefined> {
    const { model } = this.#graph;
    this.#graph.model = undefined;
    if (model === undefined) return undefined;
    const { threads, profile } = this.#options;
    // A profile covers one graph only.
    const faster = await this.#make(model, profile === undefined ? lanesFor(threads) : 1);
    if (faster === undefined) return undefined;
    const others = await startLanes(faster);
    if (others?.length === 0) return loadGraph(faster.model, this.#options);
    if (others === undefined) {
      const whole = await this.#make(model, 1);
      return whole && loadGraph(whole.model, this.#options);
    }
    return this.#inLanes(faster.model, others);
  }

  async #inLanes(model: Uint8Array, others: readonly Lane[]): Promise<RunnableGraph> {
    try {
      const { Lanes } = await import('../inference/lanes.ts');
      const graph = await loadGraph(model, { ...this.#options, threads: 1 });
      return new Lanes(graph, this.#input!.name, others);
    } catch (error) {
      await releaseAll(others);
      throw error;
    }
  }

  async #make(model: Uint8Array, lanes: number): Promise<FasterModel | undefined> {
    const { fasterModel } = await import('../inference/faster-model.ts');
    return fasterModel(model, this.#input!, { threads: this.#options.threads, lanes });
  }

  async release(): Promise<void> {
    await (await this.#faster)?.release();
  }
}

/** Starts the lanes of a model except for the first; undefined if their threads cannot be had. */
async function startLanes({ model, lanes }: FasterModel): Promise<Lane[] | undefined> {
  const started = await Promise.all(Array.from({ length: lanes - 1 }, () => startLane(model)));
  const found = started.filter((lane) => lane !== undefined);
  if (found.length === started.length) return found;
  await releaseAll(found);
  return undefined;
}

const releaseAll = (lanes: readonly Lane[]) => Promise.all(lanes.map((lane) => lane.release()));

/** Returns the only input of a graph, if it is a batch of images of one size. */
function imagesOf(inputs: readonly ValueInfo[]): ValueInfo | undefined {
  const [input, ...others] = inputs;
  const [, ...sizes] = input?.shape ?? [];
  const fixed = sizes.length === 3 && sizes.every((size) => typeof size === 'number' && size > 0);
  return fixed && others.length === 0 ? input : undefined;
}
