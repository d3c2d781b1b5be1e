import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  assertWithin,
  HmError,
  type HostDtype,
  InvalidArgumentError,
  InvalidDataError,
  plainBytes,
  UnavailableError,
} from '@hm/tensor/host';
import { ModelProtoSchema, NodeProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import { loadRuntime, probeProvider, readModel } from '#runtime';
import { externalWeights } from '../external-weights.ts';
import { readMetadata } from '../metadata.ts';
import type { InferenceSession, Runtime, Tensor } from '../runtime.ts';
import { withOpenDimensions } from '../trace/open-dimensions.ts';
import { assertFeeds } from './assert-feeds.ts';
import { type Feed, HeldTensor } from './device-tensor.ts';
import type { ExecutionProvider, Provider } from './provider.ts';
import { assertProvider, executionProvider, providerFailed } from './providers.ts';
import type { SessionOptions, ValueInfo } from './session-options.ts';

/** A graph that ONNX Runtime has loaded, on which every kind of session is built. */
export class LoadedGraph {
  readonly runtime: Runtime;
  readonly provider: Provider;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly metadata: Readonly<Record<string, string>>;
  /** True if every run must provide memory for all outputs, which are then not copied. */
  readonly takesOutputs: boolean;
  /** The model, if it is kept and is a single file. */
  model: Uint8Array | undefined;
  readonly #session: InferenceSession;
  readonly #profiling: boolean;
  #released = false;

  constructor(
    runtime: Runtime,
    session: InferenceSession,
    { provider = 'cpu', profile }: SessionOptions,
    metadata: Record<string, string>,
  ) {
    this.runtime = runtime;
    this.provider = provider;
    this.inputs = session.inputMetadata.map(valueInfo);
    this.outputs = session.outputMetadata.filter(({ name }) => name !== END).map(valueInfo);
    this.takesOutputs = session.outputNames.includes(END);
    this.metadata = metadata;
    this.#session = session;
    this.#profiling = profile !== undefined;
  }

  /** Runs the graph; outputs that are not null are written to. */
  async run(
    feeds: Readonly<Record<string, Feed>>,
    outputs: InferenceSession.NullableOnnxValueMapType,
  ): Promise<Record<string, Tensor>> {
    if (this.#released) throw afterRelease();
    assertFeeds(feeds, this.inputs);
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => [name, this.toRuntime(feed)]),
    );
    const failed = (cause: unknown) => {
      throw runFailed(this.provider, cause);
    };
    if (!this.takesOutputs) return this.#session.run(tensors, outputs).catch(failed);
    await this.#session
      .run(tensors, { [END]: null, ...outputs })
      .catch((cause) => (isEnd(cause) ? undefined : failed(cause)));
    return outputs as Record<string, Tensor>;
  }

  /** Converts a tensor for ONNX Runtime, without a copy. */
  toRuntime(feed: Feed): Tensor {
    if (feed instanceof HeldTensor) return feed.tensor;
    const { dtype, data, shape } = feed as Extract<Feed, { data: unknown }>;
    return new this.runtime.Tensor(dtype as Tensor.Type, data as never, shape);
  }

  get released(): boolean {
    return this.#released;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    if (this.#profiling) this.#session.endProfiling();
    await this.#session.release();
  }
}

/** How a graph is loaded. */
export interface LoadOptions {
  /** Names of the outputs that stay in the device's memory. */
  resident?: readonly string[];
  /** Whether every run will provide memory for all outputs. */
  takesOutputs?: boolean;
  /** Returns a better version of the model for this processor, if there is one. */
  improve?: (model: Uint8Array) => Promise<Uint8Array | undefined>;
  /** Whether the graph keeps its model, so that another graph can be made from it. */
  keepsModel?: boolean;
}

/**
 * Loads a model.
 *
 * @throws {InvalidArgumentError} if the provider has no such device.
 * @throws {UnavailableError} if ONNX Runtime or the provider is not available.
 * @throws {InvalidDataError} if ONNX Runtime cannot load the model.
 */
export async function loadGraph(
  model: Uint8Array | string,
  options: SessionOptions,
  { resident = [], takesOutputs = false, improve, keepsModel = false }: LoadOptions = {},
): Promise<LoadedGraph> {
  const { provider = 'cpu', deviceId, threads, profile } = options;
  if (threads !== undefined) assertWithin('createSession', 'threads', threads);
  const executor = executionProvider(provider, deviceId);
  const runtime = await loadRuntime(options);
  assertProvider(provider, runtime.providers, runtime.name);
  if (provider !== 'cpu') await assertStarts(provider, executor);
  const bytes = typeof model === 'string' ? await readModel(model) : plainBytes('createSession', model);
  const metadata = metadataOf(bytes, typeof model === 'string' ? model : 'the model');
  const externalData = await externalWeights(bytes, typeof model === 'string' ? model : undefined);
  const sessionOptions: InferenceSession.SessionOptions = {
    executionProviders: [executor],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // From the second run on, the planned memory would be allocated beside the arena of the first run: half as much
    // again, no faster.
    enableMemPattern: false,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    ...(resident.length === 0 ? {} : { preferredOutputLocation: onDevice(resident) }),
    ...(externalData.length === 0 ? {} : { externalData }),
  };
  const create = (content: Uint8Array) =>
    runtime.InferenceSession.create(content, sessionOptions).catch((cause: unknown) => {
      throw notLoadable(typeof model === 'string' ? model : 'the model', provider, cause);
    });
  const improved = (await improve?.(bytes)) ?? bytes;
  let content = takesOutputs && runtime.copiesGivenOutputs ? withEnd(improved) : improved;
  let session = await create(content);
  if (session.inputMetadata.some((input) => input.isTensor && input.shape.includes(0))) {
    await session.release();
    content = withOpenDimensions(content);
    session = await create(content);
  }
  const graph = new LoadedGraph(runtime, session, options, metadata);
  if (keepsModel && externalData.length === 0) graph.model = content;
  return graph;
}

/**
 * Reads the metadata. It is the first thing that is read of a model, so bytes that are not a model are reported here.
 */
function metadataOf(bytes: Uint8Array, name: string): Record<string, string> {
  try {
    return readMetadata(bytes);
  } catch (error) {
    throw HmError.isInstance(error) ? error.inFile(name) : error;
  }
}

const onDevice = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, 'gpu-buffer'] as const));

const started = new Map<string, Promise<string | undefined>>();

/**
 * Tries a provider once, where nothing that its driver writes or does on failure reaches this process.
 *
 * @throws {UnavailableError} if it does not start.
 */
async function assertStarts(provider: Provider, executor: ExecutionProvider): Promise<void> {
  const key = JSON.stringify(executor);
  const trial = started.get(key) ?? probeProvider(executor);
  started.set(key, trial);
  const problem = await trial;
  if (problem === undefined) return;
  started.delete(key);
  throw providerFailed(provider, problem);
}

function valueInfo(metadata: InferenceSession.ValueMetadata): ValueInfo {
  if (!metadata.isTensor) throw notLoadable(metadata.name, 'cpu', 'a value that is no tensor');
  return { name: metadata.name, dtype: metadata.type as HostDtype, shape: metadata.shape };
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message.trim() : String(cause));

const notLoadable = (model: string, provider: Provider, cause: unknown) =>
  new InvalidDataError({
    where: 'createSession',
    expected: `a model that ONNX Runtime can run on ${provider}`,
    received: `${model}: ${messageOf(cause)}`,
    fix: 'Export the model again, or choose another provider if this one lacks an operator.',
    cause,
  });

const runFailed = (provider: Provider, cause: unknown) =>
  new UnavailableError({
    where: 'Session.run',
    expected: `the graph to run on ${provider}`,
    received: messageOf(cause),
    fix: 'Take smaller batches if its memory is full; otherwise choose another provider.',
    fields: { provider },
    cause,
  });

const afterRelease = () =>
  new InvalidArgumentError({
    where: 'Session.run',
    expected: 'a session that is not released',
    received: 'one whose memory was freed',
    fix: 'Run before release(), or create another session.',
  });

/**
 * ONNX Runtime writes outputs to memory that is provided for them. Its Node binding (1.30) then copies each of them to
 * new memory anyway, which with 85,742 classes is a fifth of a training step. It converts outputs in order, and gives
 * up at the first that is not a tensor. A graph whose outputs are all provided therefore gets an empty sequence before
 * them, and its run ends with that error once everything is written.
 */
function withEnd(model: Uint8Array): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, model);
  proto.graph!.node.unshift(create(NodeProtoSchema, { opType: 'SequenceEmpty', output: [END] }));
  proto.graph!.output.unshift(create(ValueInfoProtoSchema, { name: END }));
  return toBinary(ModelProtoSchema, proto);
}

/** Name of the output that is not a tensor. */
const END = 'end of outputs';

/** Returns true if a run failed only at {@link END}. */
const isEnd = (cause: unknown): boolean =>
  cause instanceof Error && cause.message.includes('Non tensor type is temporarily not supported');
