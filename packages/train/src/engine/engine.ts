import type { Provider } from '@hm/onnx/session';
import { InvalidArgumentError } from '@hm/tensor';

/** The step traced to one graph and run by ONNX Runtime. */
export interface OnnxEngine {
  kind: 'onnx';
  /** Default `cpu`. One that is not there is an error. */
  provider?: Provider;
  /** Which of several graphics processors, with `cuda` and `dml`. Default 0. */
  deviceId?: number;
  /** Default: one per core. The weights depend on it in their last bits. */
  threads?: number;
}

/** The backends of tfjs that train, by the name that tfjs knows them by. */
export const tfjsBackends = ['tensorflow', 'webgpu', 'cpu'] as const;

/** A backend of tfjs. */
export type TfjsBackend = (typeof tfjsBackends)[number];

/** The step run kernel by kernel on a backend of tfjs. */
export interface TfjsEngine {
  kind: 'tfjs';
  /**
   * `tensorflow`: the package @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node. `webgpu`: the packages webgpu and
   * @tensorflow/tfjs-backend-webgpu. `cpu`: plain JavaScript, slow.
   */
  backend: TfjsBackend;
}

/** The engine that runs the steps. */
export type Engine = OnnxEngine | TfjsEngine;

/** The fastest engine that can be used here, found out as training begins; an event tells which, and why. */
export interface AutoEngine {
  kind: 'auto';
  /** Of the onnx engine. */
  threads?: number;
}

/** `onnx cpu`, `tfjs-webgpu` or `auto`: as messages and `hm doctor` name it. */
export function engineName(engine: Engine | AutoEngine): string {
  if (engine.kind === 'auto') return 'auto';
  return engine.kind === 'onnx' ? `onnx ${engine.provider ?? 'cpu'}` : `tfjs-${engine.backend}`;
}

/** @throws {InvalidArgumentError} if there is no such engine. Whether it can be used here shows when it starts. */
export function checkEngine(engine: Engine | AutoEngine): void {
  const { kind, backend } = engine as { kind: string; backend?: string };
  if (!['onnx', 'tfjs', 'auto'].includes(kind)) throw invalid('kind', "'onnx', 'tfjs' or 'auto'", kind);
  if (kind === 'tfjs' && !tfjsBackends.some((name) => name === backend))
    throw invalid('backend', `one of ${tfjsBackends.join(', ')}`, backend);
}

const invalid = (name: string, expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: `train option "engine.${name}"`,
    expected,
    received,
    fix: 'Choose one of those; `hm doctor` says which can be used here.',
  });
