import { UnavailableError } from '@hm/tensor/host';

/** ONNX Runtime's execution providers, by the name that users type. */
export const providers = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;

/** Where a session runs. */
export type Provider = (typeof providers)[number];

/** Whether one provider can be used here, and if not, why and what would change that. */
export interface ProviderReport {
  provider: Provider;
  usable: boolean;
  reason: string;
  fix: string;
}

const fixes: Record<Provider, string> = {
  cpu: 'Install onnxruntime-node for this platform.',
  webgpu:
    'Use an onnxruntime-node tarball with WebGPU (linux-x64, win32, darwin) and install a Vulkan, Metal or D3D12 driver.',
  cuda: "Run onnxruntime-node's install script where it can download the CUDA libraries (linux-x64, CUDA 12).",
  coreml: 'Run on macOS.',
  dml: 'Run on Windows.',
};

/** Reports every provider, given those that the installed ONNX Runtime was built with. */
export const reportProviders = (built: readonly string[]): ProviderReport[] =>
  providers.map((provider) => {
    const usable = built.includes(provider);
    const reason = usable
      ? 'built into the installed onnxruntime-node'
      : 'not in the installed onnxruntime-node';
    return { provider, usable, reason, fix: usable ? '' : fixes[provider] };
  });

/** @throws {UnavailableError} if the installed ONNX Runtime was not built with the provider. */
export function assertProvider(provider: string, built: readonly string[]): void {
  if (built.includes(provider)) return;
  throw new UnavailableError({
    where: 'createSession',
    expected: `one of the providers of the installed onnxruntime-node: ${built.join(', ')}`,
    received: provider,
    fix: fixes[provider as Provider] ?? `Choose one of ${providers.join(', ')}.`,
  });
}
