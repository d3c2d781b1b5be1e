import type { Provider } from '@hm/onnx/session';
import { InvalidArgumentError } from '@hm/tensor';

/** The step traced to one graph and run by ONNX Runtime. */
export interface OnnxEngine {
  kind: 'onnx';
  /** Default `cpu`. One that is not there is an error. */
  provider?: Provider;
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

/** What runs the steps. */
export type Engine = OnnxEngine | TfjsEngine;

/** `onnx cpu` or `tfjs webgpu`: as messages, `hm doctor` and `hm train --engine` name it. */
export const engineName = (engine: Engine): string =>
  engine.kind === 'onnx' ? `onnx ${engine.provider ?? 'cpu'}` : `tfjs ${engine.backend}`;

/** @throws {InvalidArgumentError} if there is no such engine. Whether it can be used here shows when it starts. */
export function checkEngine(engine: Engine): void {
  const { kind, backend } = engine as { kind: string; backend?: string };
  if (kind !== 'tfjs' && kind !== 'onnx') throw invalid('kind', "'onnx' or 'tfjs'", kind);
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
