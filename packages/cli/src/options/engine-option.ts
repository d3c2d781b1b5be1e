import type { Provider } from '@hm/onnx/session';
import { InvalidArgumentError } from '@hm/tensor/host';
import type { AutoEngine, Engine } from '@hm/train';
import type { Settings } from '../train/settings.ts';
import { withoutUndefined } from './without-undefined.ts';

/** Name of an engine on the command line. */
export type EngineName = NonNullable<Settings['engine']>;

interface EngineOptions {
  engine?: EngineName;
  provider: Provider;
  deviceId?: number;
  threads?: number;
}

/** @throws {InvalidArgumentError} if a provider of ONNX Runtime is combined with another engine. */
export function engineOf({
  engine = 'onnx',
  provider,
  deviceId,
  threads,
}: EngineOptions): Engine | AutoEngine {
  if (engine === 'onnx') return { kind: 'onnx', provider, ...withoutUndefined({ threads, deviceId }) };
  if (provider !== 'cpu') throw notOfOnnx(engine, provider);
  if (engine === 'auto') return { kind: 'auto', ...withoutUndefined({ threads }) };
  return { kind: 'tfjs', backend: engine.slice('tfjs-'.length) as 'tensorflow' };
}

const notOfOnnx = (engine: string, provider: string) =>
  new InvalidArgumentError({
    where: 'hm train',
    expected: '--provider with --engine onnx alone',
    received: `--engine ${engine} --provider ${provider}`,
    fix: 'Leave out one of the two.',
  });
