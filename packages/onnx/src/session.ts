import {
  type HostDtype,
  type HostTensor,
  hostTensor,
  InvalidArgumentError,
  InvalidDataError,
  UnavailableError,
} from '@hm/tensor/host';
import { loadRuntime, probeProvider, readModel, runtimePackage } from '#runtime';
import { readMetadata } from './metadata.ts';
import {
  assertProvider,
  type Provider,
  type ProviderReport,
  providerFailed,
  reportProviders,
} from './providers.ts';
import type { InferenceSession, Runtime, Tensor } from './runtime.ts';

export { readMetadata, withMetadata } from './metadata.ts';
export type { Provider, ProviderReport } from './providers.ts';

/** How a session runs. */
export interface SessionOptions {
  /** Default `cpu`. A provider that is not there is an error, never replaced by another. */
  provider?: Provider;
  /** Threads inside one operator on the CPU. Default: ONNX Runtime's choice, one per core; fewer in a browser. */
  threads?: number;
  /**
   * Writes ONNX Runtime's own profile, a JSON trace, to `<prefix>_<time>.json` when the session is released. Not in a
   * browser.
   */
  profile?: string;
}

/** Name, element type and shape of an input or output; a string is a symbolic dimension. */
export interface ValueInfo {
  name: string;
  dtype: HostDtype;
  shape: readonly (number | string)[];
}

/** An ONNX graph, loaded and ready to run. */
export interface Session {
  readonly provider: Provider;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** The model's `metadata_props`. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Runs the graph. Outputs named in `into` are written into those tensors' memory and not allocated.
   *
   * @throws {InvalidArgumentError} if a feed is missing, unknown, or of another dtype or shape, or after `release()`.
   */
  run(
    feeds: Record<string, HostTensor>,
    into?: Record<string, HostTensor>,
  ): Promise<Record<string, HostTensor>>;
  /** Frees the graph's memory. The session cannot run afterwards. */
  release(): Promise<void>;
}

/**
 * Loads an ONNX model, from bytes or from a file; in a browser, a file is an address. Node runs it with onnxruntime-node,
 * a browser with onnxruntime-web: there `cpu` is WebAssembly.
 *
 * @throws {UnavailableError} if ONNX Runtime or the provider is not there.
 * @throws {InvalidDataError} if ONNX Runtime cannot load the model.
 * @example
 * const session = await createSession('face.onnx', { provider: 'cpu' });
 * const { embedding } = await session.run({ input: hostTensor('float32', [1, 3, 112, 112], pixels) });
 */
export async function createSession(
  model: Uint8Array | string,
  options: SessionOptions = {},
): Promise<Session> {
  const { provider = 'cpu', threads, profile } = options;
  const runtime = await loadRuntime(options);
  assertProvider(provider, runtime.providers, runtimePackage);
  const bytes = typeof model === 'string' ? await readModel(model) : model;
  const metadata = readMetadata(bytes);
  const session = await runtime.InferenceSession.create(bytes, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // From the second run on, its plan of memory is allocated beside the arena of the first: half as much again, no faster.
    enableMemPattern: false,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  }).catch(async (cause: unknown) => {
    if (!(await starts(runtime, provider))) throw providerFailed(provider, cause);
    throw notLoadable(typeof model === 'string' ? model : 'the model', provider, cause);
  });
  return wrap(runtime, session, provider, metadata, profile !== undefined);
}

/** Whether it was the provider, and not the model, that could not be used. */
async function starts(runtime: Runtime, provider: Provider): Promise<boolean> {
  if (provider === 'cpu') return true;
  const { identityModel } = await import('./identity-model.ts');
  try {
    const session = await runtime.InferenceSession.create(identityModel(), {
      executionProviders: [provider],
    });
    await session.release();
    return true;
  } catch {
    return false;
  }
}

/**
 * Which providers can be used here: each one of the installed ONNX Runtime runs a tiny model, in a process of its
 * own. None is usable where ONNX Runtime is not installed.
 *
 * @example
 * for (const { provider, usable, reason } of await describeProviders()) console.log(provider, usable, reason);
 */
export async function describeProviders(): Promise<ProviderReport[]> {
  try {
    const { providers } = await loadRuntime({});
    return await reportProviders(
      providers,
      async (provider) => (provider === 'cpu' ? undefined : probeProvider(provider)),
      runtimePackage,
    );
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    const reports = await reportProviders([], async () => undefined, runtimePackage);
    return reports.map((report) => ({
      ...report,
      reason: `${runtimePackage} cannot be loaded`,
      fix: error.message,
    }));
  }
}

function wrap(
  runtime: Runtime,
  session: InferenceSession,
  provider: Provider,
  metadata: Record<string, string>,
  profiling: boolean,
): Session {
  const inputs = session.inputMetadata.map(valueInfo);
  const outputs = session.outputMetadata.map(valueInfo);
  const toRuntime = ({ dtype, data, shape }: HostTensor) =>
    new runtime.Tensor(dtype as Tensor.Type, data as never, shape);
  let released = false;
  return {
    provider,
    inputs,
    outputs,
    metadata,
    async run(feeds, into = {}) {
      if (released) throw afterRelease();
      assertFeeds(feeds, inputs);
      const given = runtime.writesGivenOutputs ? into : {};
      const fetches = Object.fromEntries(
        outputs.map(({ name }) => [name, name in given ? toRuntime(given[name]!) : null]),
      );
      const results = await session.run(mapValues(feeds, toRuntime), fetches as InferenceSession.FetchesType);
      const tensors = mapValues(results, fromRuntime);
      return runtime.writesGivenOutputs ? tensors : copyInto(tensors, into);
    },
    async release() {
      if (released) return;
      released = true;
      if (profiling) session.endProfiling();
      await session.release();
    },
  };
}

function copyInto(tensors: Record<string, HostTensor>, into: Record<string, HostTensor>) {
  for (const [name, target] of Object.entries(into)) {
    if (!(name in tensors)) continue;
    (target.data as Float32Array).set(tensors[name]!.data as Float32Array);
    tensors[name] = target;
  }
  return tensors;
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

const fromRuntime = ({ type, dims, data }: Tensor): HostTensor =>
  hostTensor(type as HostDtype, dims, data as never);

function valueInfo(metadata: InferenceSession.ValueMetadata): ValueInfo {
  if (!metadata.isTensor) throw notLoadable(metadata.name, 'cpu', 'a value that is no tensor');
  return { name: metadata.name, dtype: metadata.type as HostDtype, shape: metadata.shape };
}

const afterRelease = () =>
  new InvalidArgumentError({
    where: 'Session.run',
    expected: 'a session that is not released',
    received: 'one whose memory was freed',
    fix: 'Run before release(), or create another session.',
  });

function assertFeeds(feeds: Record<string, HostTensor>, inputs: readonly ValueInfo[]): void {
  const unknown = Object.keys(feeds).find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError({
      where: 'Session.run',
      expected: `the inputs ${inputs.map(({ name }) => name).join(', ')}`,
      received: `also "${unknown}"`,
      fix: 'Pass the inputs of `session.inputs` and nothing else.',
    });
  }
  for (const { name, dtype, shape } of inputs) {
    const feed = feeds[name];
    if (feed !== undefined && feed.dtype === dtype && fits(feed.shape, shape)) continue;
    throw new InvalidArgumentError({
      where: 'Session.run',
      expected: `input "${name}" of ${dtype} [${shape.join(', ')}]`,
      received:
        feed === undefined
          ? `only ${Object.keys(feeds).join(', ') || 'an empty record'}`
          : `${feed.dtype} [${feed.shape.join(', ')}]`,
      fix: 'Pass every input of `session.inputs`, in its dtype and shape.',
    });
  }
}

const fits = (shape: readonly number[], wanted: readonly (number | string)[]) =>
  shape.length === wanted.length &&
  wanted.every((size, axis) => typeof size === 'string' || size < 0 || size === shape[axis]);

const notLoadable = (model: string, provider: Provider, cause: unknown) =>
  new InvalidDataError({
    where: 'createSession',
    expected: `a model that ONNX Runtime can run on ${provider}`,
    received: `${model}: ${cause instanceof Error ? cause.message : String(cause)}`,
    fix: 'Export the model again, or choose another provider if this one lacks an operator.',
    cause,
  });
