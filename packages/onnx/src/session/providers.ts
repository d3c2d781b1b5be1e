import { InvalidArgumentError, UnavailableError } from '@hm/tensor/host';
import type { RuntimePackage } from '../runtime.ts';
import { type ExecutionProvider, type Provider, providers } from './provider.ts';

/** Whether a provider can be used here, and if not, the reason and what would fix it. */
export interface ProviderReport {
  provider: Provider;
  usable: boolean;
  reason: string;
  fix: string;
}

const fixes: Record<Provider, string> = {
  cpu: 'Install onnxruntime-node for this platform, or onnxruntime-web for a browser.',
  webgpu:
    'Use a browser with WebGPU, or an onnxruntime-node tarball with it (linux-x64, win32, darwin), and install a Vulkan, Metal or D3D12 driver.',
  cuda: "Run onnxruntime-node's install script where it can download the CUDA libraries (linux-x64, CUDA 12).",
  coreml: 'Run on macOS.',
  dml: 'Run on Windows.',
};

/**
 * Reports on every provider, given those that the installed ONNX Runtime was built with and a function that tries one.
 */
export const reportProviders = (
  built: readonly string[],
  probe: (provider: Provider) => Promise<string | undefined>,
  runtime: RuntimePackage,
): Promise<ProviderReport[]> =>
  Promise.all(
    providers.map(async (provider) => {
      const known = built.includes(provider);
      const problem = known ? await probe(provider) : `not in the installed ${runtime}`;
      return {
        provider,
        usable: problem === undefined,
        reason: problem ?? 'a model ran on it',
        fix: problem === undefined ? '' : fixes[provider],
      };
    }),
  );

/** Creates the error for a provider that is in the build but does not start. */
export const providerFailed = (provider: Provider, problem: string): UnavailableError =>
  new UnavailableError({
    where: 'createSession',
    expected: `the provider ${provider} to start on this machine`,
    received: problem,
    fix: fixes[provider],
    fields: { provider },
  });

/** Providers with several devices, which have numbers. */
const NUMBERED = ['cuda', 'dml'];

/**
 * Combines a provider with a device.
 *
 * @throws {InvalidArgumentError} if the provider has no numbered devices, or the number is not valid.
 */
export function executionProvider(provider: Provider, deviceId: number | undefined): ExecutionProvider {
  if (deviceId === undefined) return provider;
  if (NUMBERED.includes(provider) && Number.isSafeInteger(deviceId) && deviceId >= 0)
    return { name: provider, deviceId };
  throw new InvalidArgumentError({
    where: 'createSession',
    expected: `a deviceId of 0 or more with the provider ${NUMBERED.join(' or ')}`,
    received: `${deviceId} with ${provider}`,
    fix: 'Leave out deviceId, or choose such a provider.',
    fields: { provider, deviceId },
  });
}

/** Checks a provider. @throws {UnavailableError} if the installed ONNX Runtime was not built with it. */
export function assertProvider(provider: string, built: readonly string[], runtime: RuntimePackage): void {
  if (built.includes(provider) && providers.includes(provider as Provider)) return;
  throw new UnavailableError({
    where: 'createSession',
    expected: `one of the providers of the installed ${runtime}: ${built.join(', ')}`,
    received: provider,
    fields: { provider },
    fix: fixes[provider as Provider] ?? `Choose one of ${providers.join(', ')}.`,
  });
}
