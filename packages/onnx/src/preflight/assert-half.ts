import { UnavailableError } from '@hm/tensor/host';
import { probeProvider } from '#runtime';
import type { Provider } from '../session/provider.ts';
import { executionProvider } from '../session/providers.ts';
import type { SessionOptions } from '../session.ts';

/**
 * Checks that a provider computes in half precision. A provider that does not start at all is left to whoever loads a
 * session on it, who says so.
 *
 * @throws {UnavailableError} if it starts and does not.
 */
export async function assertHalf({ provider = 'cpu', deviceId }: SessionOptions): Promise<void> {
  if (provider === 'cpu') return;
  const executor = executionProvider(provider, deviceId);
  const problem = await probeProvider(executor, true);
  if (problem === undefined || (await probeProvider(executor)) !== undefined) return;
  throw noHalf(provider, problem);
}

const noHalf = (provider: Provider, problem: string) =>
  new UnavailableError({
    where: 'compile',
    expected: `half precision on ${provider} for mixedPrecision`,
    received: problem,
    fix: 'Leave out mixedPrecision, or use a graphics processor and a driver that have it (with WebGPU: shader-f16).',
    fields: { provider },
  });
