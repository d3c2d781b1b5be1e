import { Option } from '@commander-js/extra-typings';
import type { Provider } from '@hm/onnx/session';
import { InvalidArgumentError } from '@hm/tensor/host';
import type { AutoEngine, Engine } from '@hm/train';
import { withoutUndefined } from './without-undefined.ts';

const engines = ['onnx', 'tfjs-tensorflow', 'tfjs-webgpu', 'tfjs-cpu', 'auto'] as const;

/** What can be typed for an engine. */
export type EngineName = (typeof engines)[number];

/** What runs the steps of a training, for an option of a command. */
export const engineOption = () =>
  new Option(
    '--engine <name>',
    'what trains: onnx (and --provider); auto, the fastest that runs here; hm doctor says which do',
  )
    .choices(engines)
    .default('onnx' as const);

interface EngineOptions {
  engine?: EngineName;
  provider: Provider;
  device?: number;
  threads?: number;
}

/** @throws {InvalidArgumentError} if a provider of ONNX Runtime is asked for on another engine. */
export function engineOf({
  engine = 'onnx',
  provider,
  device: deviceId,
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
