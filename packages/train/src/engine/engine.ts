import type { Provider } from '@hm/onnx/session';
import { InvalidArgumentError } from '@hm/tensor';

/** Engine that traces the step to one graph and runs it with ONNX Runtime. */
export interface OnnxEngine {
  kind: 'onnx';
  /** Execution provider. Default `cpu`. One that is not available is an error. */
  provider?: Provider;
  /** Number of the graphics processor, with `cuda` and `dml`. Default 0. */
  deviceId?: number;
  /** Number of threads. Default: one per core. The weights depend on it in their last bits. */
  threads?: number;
}

/** Backends of tfjs that can train, by their names in tfjs. */
export const tfjsBackends = ['tensorflow', 'webgpu', 'cpu'] as const;

/** Name of a tfjs backend. */
export type TfjsBackend = (typeof tfjsBackends)[number];

/** Engine that runs the step kernel by kernel on a tfjs backend. */
export interface TfjsEngine {
  kind: 'tfjs';
  /**
   * Backend, and the packages that it needs. `tensorflow`: @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node.
   * `webgpu`: webgpu and @tensorflow/tfjs-backend-webgpu. `cpu`: none; plain JavaScript, slow.
   */
  backend: TfjsBackend;
}

/** Engine that runs the steps. */
export type Engine = OnnxEngine | TfjsEngine;

/** Chooses the fastest engine that can be used here when training begins; an event reports which, and why. */
export interface AutoEngine {
  kind: 'auto';
  /** Number of threads of the onnx engine. */
  threads?: number;
}

/** Name of an engine in messages and `hm doctor`: `onnx cpu`, `tfjs-webgpu` or `auto`. */
export function engineName(engine: Engine | AutoEngine): string {
  if (engine.kind === 'auto') return 'auto';
  return engine.kind === 'onnx' ? `onnx ${engine.provider ?? 'cpu'}` : `tfjs-${engine.backend}`;
}

/** @throws {InvalidArgumentError} if there is no such engine. Whether it can be used here shows only when it starts. */
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
