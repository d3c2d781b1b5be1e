import type { HostTensor } from '@hm/tensor/host';
import type { Tensor } from '../runtime.ts';
import type { RunnableGraph } from '../session/host-session.ts';
import type { LoadedGraph } from '../session/loaded-graph.ts';
import type { Lane } from './lane.node.ts';

type Feeds = Readonly<Record<string, HostTensor>>;
type Outputs = Parameters<LoadedGraph['run']>[1];
type Results = Record<string, Tensor>;

/**
 * A network that computes parts of a batch at the same time, each on one thread. Threads that share every operator wait
 * for each other hundreds of times in a run, and read what another one has just written. On a processor whose cores lie
 * in several complexes, or where a hypervisor puts them there, that takes longer than the work.
 */
export class Lanes implements RunnableGraph {
  readonly #graph: LoadedGraph;
  readonly #input: string;
  readonly #others: readonly Lane[];

  /** @param graph computes the first part; it computes every image of its only input, `input`, independently. */
  constructor(graph: LoadedGraph, input: string, others: readonly Lane[]) {
    this.#graph = graph;
    this.#input = input;
    this.#others = others;
  }

  async run(feeds: Feeds, outputs: Outputs): Promise<Results> {
    const [first, ...others] = this.#parts(feeds[this.#input]!);
    const running = others.map((part, lane) => this.#inLane(this.#others[lane]!, part));
    const parts = await Promise.all([this.#here(first!), ...running]);
    return Object.fromEntries(
      Object.keys(parts[0]!).map((name) => [
        name,
        this.#joined(
          parts.map((part) => part[name]!),
          outputs[name],
        ),
      ]),
    );
  }

  async release(): Promise<void> {
    await Promise.all([this.#graph.release(), ...this.#others.map((lane) => lane.release())]);
  }

  /** Splits a batch into equal parts, which share its memory. */
  #parts({ dtype, shape: [count = 0, ...size], data }: HostTensor): HostTensor[] {
    const images = Math.ceil(count / (this.#others.length + 1));
    const values = data.length / count;
    return Array.from({ length: Math.ceil(count / images) }, (_, part) => {
      const [start, end] = [part * images, Math.min(count, (part + 1) * images)];
      const own = (data as Float32Array).subarray(start * values, end * values);
      return { dtype, shape: [end - start, ...size], data: own } as HostTensor;
    });
  }

  #here(part: HostTensor): Promise<Results> {
    const none = this.#graph.outputs.map(({ name }) => [name, null]);
    return this.#graph.run({ [this.#input]: part }, Object.fromEntries(none));
  }

  /** If a part's thread fails, the part is computed here; this also reports what the network itself cannot do. */
  async #inLane(lane: Lane, part: HostTensor): Promise<Results> {
    const copy = { ...part, data: (part.data as Float32Array).slice() } as HostTensor;
    try {
      const results = await lane.run({ [this.#input]: copy });
      return Object.fromEntries(
        Object.entries(results).map(([name, result]) => [name, this.#graph.toRuntime(result)]),
      );
    } catch {
      return this.#here(part);
    }
  }

  #joined(parts: readonly Tensor[], given: Tensor | null | undefined): Tensor {
    const { type, dims, data } = parts[0]!;
    const images = parts.reduce((sum, part) => sum + part.dims[0]!, 0);
    const length = parts.reduce((sum, part) => sum + part.size, 0);
    const Values = data.constructor as Float32ArrayConstructor;
    const all = (given?.data ?? new Values(length)) as Float32Array;
    let at = 0;
    for (const part of parts) {
      all.set(part.data as Float32Array, at);
      at += part.size;
    }
    return given ?? new this.#graph.runtime.Tensor(type as 'float32', all, [images, ...dims.slice(1)]);
  }
}
