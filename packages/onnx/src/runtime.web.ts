import { InvalidDataError, importOptional } from '@hm/tensor/host';
import type { KernelCache } from './forms/fastest-form.ts';
import { noProfile } from './no-profile.ts';
import type { Runtime, RuntimeOptions, RuntimePackage } from './runtime.ts';
import type { ExecutionProvider, Provider } from './session/provider.ts';

export const runtimePackage: RuntimePackage = 'onnxruntime-web';

/**
 * ONNX Runtime in WebAssembly. With `webgpu` it is a build that is twice as large, so each is fetched only when it is used.
 * Threads are the page's, set by the first session, and need a page that is cross-origin isolated.
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

/** A model's bytes, by its address. */
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

/** A file beside a model, by the model's address. */
export const readBeside = (model: string, name: string): Promise<Uint8Array> =>
  readModel(
    new URL(name, new URL(model, (globalThis as { location?: { href: string } }).location?.href)).href,
  );

/** Runs a tiny model on a provider. */
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

/** In a browser ONNX Runtime does not tell. */
export async function placementOf(): Promise<undefined> {
  return undefined;
}

/** No browser keeps times of convolutions. */
export const kernelCache = (): KernelCache => ({ read: async () => ({}), write: async () => undefined });

/** There is no such file. */
export const kernelCachePath = (): string => '';

/** In a browser ONNX Runtime does not tell. */
export async function optimizedModel(): Promise<undefined> {
  return undefined;
}

/** A browser's sessions run whole. */
export const lanesFor = (): number => 1;

/** There is none in a browser. */
export async function startLane(): Promise<undefined> {
  return undefined;
}
