import { checkOptions, type HostTensor, InvalidArgumentError } from '@hm/tensor/host';
import { COPY, copyModel } from '../identity-model.ts';
import type { Tensor } from '../runtime.ts';
import { type DeviceTensor, type Feed, HeldTensor } from './device-tensor.ts';
import { toHost } from './host-session.ts';
import { type LoadedGraph, loadGraph } from './loaded-graph.ts';
import type { Provider } from './provider.ts';
import { type SessionOptions, sessionOptions, type ValueInfo } from './session-options.ts';

type HostTensors = Record<string, HostTensor>;
type DeviceTensors = Record<string, DeviceTensor>;

/** Options of {@link createResidentSession}. */
export interface ResidentSessionOptions extends SessionOptions {
  /** Names of the outputs that stay in the device's memory. */
  resident: readonly string[];
}

/** A loaded graph, some of whose outputs stay in the device's memory. */
export interface ResidentSession {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * Runs the graph. Tensors that stay on the device live until they are disposed of, or the session is released.
   *
   * @throws {InvalidArgumentError} if a feed is missing, unknown, disposed, or of another dtype or shape, or after
   * `release()`.
   * @throws {UnavailableError} if ONNX Runtime fails, for example for lack of memory.
   */
  run(feeds: Record<string, Feed>): Promise<{ outputs: HostTensors; resident: DeviceTensors }>;
  /** Copies tensors from the device to host memory. */
  read(tensors: Readonly<DeviceTensors>): Promise<HostTensors>;
  /** Frees the graph's memory and every tensor that it left on the device. */
  release(): Promise<void>;
}

/**
 * Providers that let ONNX Runtime keep tensors in their memory. With the others every run copies inputs and outputs.
 */
const RESIDENT: readonly Provider[] = ['webgpu'];

/** Returns true if a provider can keep outputs. */
export const keepsOutputs = (provider: Provider = 'cpu'): boolean => RESIDENT.includes(provider);

/**
 * Loads an ONNX model, some of whose outputs stay where they were computed, so that they can be fed to the next run
 * without a copy: the state of a training step, for example.
 *
 * @throws {InvalidArgumentError} if the provider cannot keep outputs: only `webgpu` can.
 * @throws {UnavailableError} if ONNX Runtime or the provider is not available.
 * @throws {InvalidDataError} if ONNX Runtime cannot load the model.
 * @example
 * const session = await createResidentSession(model, { provider: 'webgpu', resident: ['next'] });
 * const { resident } = await session.run({ state: hostTensor('float32', [1], Float32Array.of(1)) });
 * await session.run({ state: resident.next });
 */
export async function createResidentSession(
  model: Uint8Array | string,
  given: ResidentSessionOptions,
): Promise<ResidentSession> {
  const { resident, ...options } = checkOptions('createResidentSession', given, {
    ...sessionOptions,
    resident: 'array',
  });
  const { provider = 'cpu' } = options;
  if (!keepsOutputs(provider)) throw keepsNothing(provider);
  return new GraphWithResidents(await loadGraph(model, options, { resident }), resident, options);
}

class GraphWithResidents implements ResidentSession {
  readonly #graph: LoadedGraph;
  readonly #resident: ReadonlySet<string>;
  readonly #options: SessionOptions;
  /** Tensors still on the device. They are freed before the session, because ONNX Runtime would crash afterwards. */
  readonly #alive = new Set<HeldTensor>();
  #reader: { key: string; graph: LoadedGraph } | undefined;

  constructor(graph: LoadedGraph, resident: readonly string[], options: SessionOptions) {
    this.#graph = graph;
    this.#resident = new Set(resident);
    this.#options = options;
  }

  get inputs() {
    return this.#graph.inputs;
  }

  get outputs() {
    return this.#graph.outputs;
  }

  async run(feeds: Record<string, Feed>) {
    const results = Object.entries(await this.#graph.run(feeds, nulls(this.outputs)));
    const split = (wanted: boolean) => results.filter(([name]) => this.#resident.has(name) === wanted);
    return {
      outputs: mapEntries(split(false), toHost),
      resident: mapEntries(split(true), (tensor) => this.#hold(tensor)),
    };
  }

  /** Reads through a graph that copies: ONNX Runtime's own read of such a tensor ends a Node process. */
  async read(tensors: Readonly<DeviceTensors>) {
    const reader = await this.#readerOf(tensors);
    const results = Object.entries(await reader.run(tensors, nulls(reader.outputs)));
    return mapEntries(
      results.map(([name, tensor]) => [name.slice(COPY.length), tensor] as const),
      toHost,
    );
  }

  async release() {
    for (const tensor of this.#alive) tensor.dispose();
    await this.#reader?.graph.release();
    await this.#graph.release();
  }

  #hold(tensor: Tensor): DeviceTensor {
    const held = new HeldTensor(tensor, (disposed) => this.#alive.delete(disposed));
    this.#alive.add(held);
    return held;
  }

  /** Returns the graph that reads these tensors. The latest one is kept, as the same tensors are read repeatedly. */
  async #readerOf(tensors: Readonly<DeviceTensors>): Promise<LoadedGraph> {
    const values = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    const key = JSON.stringify(values);
    if (this.#reader?.key === key) return this.#reader.graph;
    await this.#reader?.graph.release();
    const { provider, deviceId } = this.#options;
    const options = { ...(provider && { provider }), ...(deviceId === undefined ? {} : { deviceId }) };
    const graph = await loadGraph(copyModel(values), options);
    this.#reader = { key, graph };
    return graph;
  }
}

const nulls = (outputs: readonly ValueInfo[]) =>
  Object.fromEntries(outputs.map(({ name }) => [name, null] as const));

const mapEntries = <T>(entries: readonly (readonly [string, Tensor])[], map: (tensor: Tensor) => T) =>
  Object.fromEntries(entries.map(([name, tensor]) => [name, map(tensor)] as const));

const keepsNothing = (provider: Provider) =>
  new InvalidArgumentError({
    where: 'createResidentSession',
    expected: `a provider that can keep outputs: ${RESIDENT.join(', ')}`,
    received: provider,
    fix: 'Use createSession, which copies outputs to host memory.',
    fields: { provider },
  });
