import { checkOptions, UnavailableError } from '@hm/tensor/host';
import { loadRuntime, probeProvider, runtimePackage } from '#runtime';
import { hostSession, type Session } from './session/host-session.ts';
import { LargeBatches } from './session/large-batches.ts';
import { loadSession } from './session/load-session.ts';
import { loadGraph } from './session/loaded-graph.ts';
import { type ProviderReport, reportProviders } from './session/providers.ts';
import { type InferenceOptions, inferenceOptions } from './session/session-options.ts';

export { readMetadata, withMetadata } from './metadata.ts';
export { fromHalf, toHalf } from './precision/half.ts';
export type { DeviceTensor, Feed } from './session/device-tensor.ts';
export type { Session } from './session/host-session.ts';
export type { Provider } from './session/provider.ts';
export type { ProviderReport } from './session/providers.ts';
export {
  createResidentSession,
  type ResidentSession,
  type ResidentSessionOptions,
} from './session/resident-session.ts';
export type { InferenceOptions, SessionOptions, ValueInfo } from './session/session-options.ts';
export { withoutWeights, withWeights } from './weights.ts';

/**
 * Loads an ONNX model, from bytes or from a file (in a browser, from a URL). Node runs it with onnxruntime-node, a
 * browser with onnxruntime-web, where `cpu` is WebAssembly.
 *
 * @throws {InvalidArgumentError} if `deviceId` is given and the provider has no numbered devices.
 * @throws {UnavailableError} if ONNX Runtime or the provider is not available.
 * @throws {InvalidDataError} if ONNX Runtime cannot load the model.
 * @example
 * const session = await createSession('face.onnx', { provider: 'cpu' });
 * const { embedding } = await session.run({ input: hostTensor('float32', [1, 3, 112, 112], pixels) });
 */
export async function createSession(
  model: Uint8Array | string,
  options: InferenceOptions = {},
): Promise<Session> {
  const { convolutions = 'measured', ...loading } = checkOptions('createSession', options, inferenceOptions);
  if (convolutions === 'direct') return loadSession(model, loading);
  const improve = async (bytes: Uint8Array) =>
    (loading.provider ?? 'cpu') === 'cpu' ? inBlocks(bytes) : undefined;
  const graph = await loadGraph(model, loading, { improve, keepsModel: true });
  return hostSession(graph, new LargeBatches(graph, loading));
}

const inBlocks = async (model: Uint8Array) =>
  (await import('./inference/prelu-in-blocks.ts')).withPreluInBlocks(model);

/**
 * Reports which providers can be used here: each provider of the installed ONNX Runtime runs a tiny model, in a
 * separate process. None is usable if ONNX Runtime is not installed.
 *
 * @example
 * for (const { provider, usable, reason } of await describeProviders()) console.log(provider, usable, reason);
 */
export async function describeProviders(): Promise<ProviderReport[]> {
  try {
    const { name, providers } = await loadRuntime({});
    return await reportProviders(
      providers,
      async (provider) => (provider === 'cpu' ? undefined : probeProvider(provider)),
      name,
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
