import { InvalidDataError, importOptional, UnavailableError } from '@hm/tensor/host';
import { noProfile } from './no-profile.ts';
import type { Runtime, RuntimeOptions, RuntimePackage } from './runtime.ts';
import type { ExecutionProvider } from './session/provider.ts';
import { withoutTelemetry } from './telemetry.node.ts';

export { kernelCache, kernelCachePath } from './forms/kernel-cache.node.ts';
export { lanesFor, startLane } from './inference/lane.node.ts';

export const runtimePackage: RuntimePackage = 'onnxruntime-node';

/**
 * Loads ONNX Runtime's native library, or its WebAssembly if only that is installed or the native one cannot be loaded.
 */
export async function loadRuntime({ threads, profile }: RuntimeOptions): Promise<Runtime> {
  const native = await importNative().catch((error: UnavailableError) => error);
  if (!(native instanceof UnavailableError)) {
    const { Tensor, InferenceSession, listSupportedBackends } = native;
    const providers = listSupportedBackends().map(({ name }) => name);
    const outputs = { writesGivenOutputs: true, copiesGivenOutputs: true };
    return { name: runtimePackage, Tensor, InferenceSession, providers, ...outputs };
  }
  const web = await import('onnxruntime-web').catch(() => undefined);
  if (web === undefined) throw native;
  if (profile !== undefined) throw noProfile();
  const { Tensor, InferenceSession, env } = web;
  if (threads !== undefined) env.wasm.numThreads = threads;
  const outputs = { writesGivenOutputs: false, copiesGivenOutputs: false };
  return { name: 'onnxruntime-web', Tensor, InferenceSession, providers: ['cpu'], ...outputs };
}

type OnnxRuntimeNode = typeof import('onnxruntime-node');

/** Imports the native library. @throws {UnavailableError} if it is not installed, or not for this system. */
async function importNative(): Promise<OnnxRuntimeNode> {
  await withoutTelemetry();
  const loaded = await importOptional<OnnxRuntimeNode & { default?: OnnxRuntimeNode }>(
    () => import('onnxruntime-node'),
    {
      where: 'createSession',
      name: runtimePackage,
      fix: 'Run `npm install onnxruntime-node`; behind a closed network set ONNXRUNTIME_NODE_INSTALL=skip first. Where its library does not run, `npm install onnxruntime-web` does, slower.',
    },
  );
  return loaded.default ?? loaded;
}

/** Reads a model by its path. */
export const readModel = (path: string): Promise<Uint8Array> => read(path, 'an ONNX file');

/** Reads a file in the folder of a model. */
export async function readBeside(model: string, name: string): Promise<Uint8Array> {
  const { dirname, join } = await import('node:path');
  return read(join(dirname(model), name), `the weights of ${model}`);
}

async function read(path: string, what: string): Promise<Uint8Array> {
  const { readRegularFile } = await import('@hm/tensor/files');
  return readRegularFile(path).catch((cause: InvalidDataError) => {
    throw new InvalidDataError({
      where: path,
      expected: `${what} that can be read`,
      received: cause.fields?.reason ?? cause.message,
      fix: 'Check the path and its permissions.',
      fields: { path },
      cause,
    });
  });
}

/** Runs a tiny model on a provider, in a separate process, and returns the error, if any. */
export async function probeProvider(provider: ExecutionProvider, half = false): Promise<string | undefined> {
  const [{ tryModel }, { halfModel, identityModel }] = await Promise.all([
    import('./preflight/trial.ts'),
    import('./identity-model.ts'),
  ]);
  const { problem } = await tryModel(half ? halfModel() : identityModel(), provider, { runs: true });
  return problem;
}

/** Returns where each operator of a model would run. */
export async function placementOf(model: Uint8Array, provider: ExecutionProvider) {
  const placement = await import('./preflight/placement.ts');
  return placement.placementOf(model, provider);
}

/**
 * Returns a model as ONNX Runtime optimizes it for this CPU, or undefined if that fails. ONNX Runtime only writes such
 * a model to a file.
 */
export async function optimizedModel(model: Uint8Array, threads?: number): Promise<Uint8Array | undefined> {
  const [{ mkdtemp, readFile, rm }, { tmpdir }, { join }] = await Promise.all([
    import('node:fs/promises'),
    import('node:os'),
    import('node:path'),
  ]);
  const native = await importNative().catch(() => undefined);
  if (native === undefined) return undefined;
  const { InferenceSession } = native;
  const folder = await mkdtemp(join(tmpdir(), 'hm-optimized-')).catch(() => undefined);
  if (folder === undefined) return undefined;
  try {
    const optimizedModelFilePath = join(folder, 'model.onnx');
    const session = await InferenceSession.create(model, {
      ...{ graphOptimizationLevel: 'all', logSeverityLevel: 3, optimizedModelFilePath },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    });
    await session.release();
    return await readFile(optimizedModelFilePath);
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
