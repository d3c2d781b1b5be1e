import { InvalidDataError, importOptional } from '@hm/tensor/host';
import type { KernelCache } from './forms/fastest-form.ts';
import { noProfile } from './no-profile.ts';
import type { Runtime, RuntimeOptions, RuntimePackage } from './runtime.ts';
import type { ExecutionProvider, Provider } from './session/provider.ts';

export const runtimePackage: RuntimePackage = 'onnxruntime-web';

/**
 * Loads ONNX Runtime in WebAssembly. The build with `webgpu` is twice as large, so each build is fetched only when it
 * is used. Threads belong to the page, are set by the first session, and need a page that is cross-origin isolated.
 */
export async function loadRuntime(options: RuntimeOptions): Promise<Runtime> {
  if (options.profile !== undefined) throw noProfile();
  const { Tensor, InferenceSession, env } = await importRuntime(options.provider);
  if (options.threads !== undefined) env.wasm.numThreads = options.threads;
  const { navigator = {} } = globalThis as { navigator?: object };
  const providers = 'gpu' in navigator ? ['cpu', 'webgpu'] : ['cpu'];
  const outputs = { writesGivenOutputs: false, copiesGivenOutputs: false };
  return { name: runtimePackage, Tensor, InferenceSession, providers, ...outputs };
}

const importRuntime = (provider?: Provider): Promise<typeof import('onnxruntime-web')> =>
  importOptional(
    () => (provider === 'webgpu' ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm')),
    {
      where: 'createSession',
      name: runtimePackage,
      fix: 'Run `npm install onnxruntime-web` and let the bundler serve its .wasm files.',
    },
  );

/** Reads a model by its URL. */
export async function readModel(url: string): Promise<Uint8Array> {
  const missing = (received: string, cause?: unknown) =>
    new InvalidDataError({
      where: 'createSession',
      expected: `an ONNX file at ${url}`,
      received,
      fix: 'Check the address, and that the server allows this page to read it.',
      fields: { url },
      cause,
    });
  const response = await fetch(url).catch((cause: unknown) => {
    throw missing(cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (!response.ok) throw missing(`${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

/** Reads a file beside a model, by the model's URL. */
export const readBeside = (model: string, name: string): Promise<Uint8Array> =>
  readModel(
    new URL(name, new URL(model, (globalThis as { location?: { href: string } }).location?.href)).href,
  );

/** Runs a tiny model on a provider and returns the error, if any. */
export async function probeProvider(provider: ExecutionProvider, half = false): Promise<string | undefined> {
  try {
    const { InferenceSession, Tensor } = await importRuntime(provider === 'webgpu' ? provider : undefined);
    const { halfModel, identityModel } = await import('./identity-model.ts');
    const model = half ? halfModel() : identityModel();
    const session = await InferenceSession.create(model, { executionProviders: [provider] });
    await session.run({ x: new Tensor('float32', Float32Array.of(1), [1]) });
    await session.release();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Returns nothing, because ONNX Runtime does not report it in a browser. */
export async function placementOf(): Promise<undefined> {
  return undefined;
}

/** Returns a cache that stores nothing: browsers do not keep times of convolutions. */
export const kernelCache = (): KernelCache => ({ read: async () => ({}), write: async () => undefined });

/** Returns an empty path, because there is no such file. */
export const kernelCachePath = (): string => '';

/** Returns nothing, because ONNX Runtime does not return the model in a browser. */
export async function optimizedModel(): Promise<undefined> {
  return undefined;
}

/** Returns 1, because sessions in a browser are not split. */
export const lanesFor = (): number => 1;

/** Returns nothing, because there are no lanes in a browser. */
export async function startLane(): Promise<undefined> {
  return undefined;
}
