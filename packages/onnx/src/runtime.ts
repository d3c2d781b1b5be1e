import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { KernelCache } from './forms/fastest-form.ts';
import type { Lane } from './inference/lane.node.ts';
import type { PlacedNode } from './preflight/placement.ts';
import type { ExecutionProvider, Provider } from './session/provider.ts';

export type { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * The ONNX Runtime of the current platform: `#runtime` is `runtime.node.ts` under Node, Bun and Deno, `runtime.web.ts`
 * everywhere else. Both have the same exports.
 */
export interface Runtime {
  name: RuntimePackage;
  Tensor: typeof Tensor;
  InferenceSession: typeof InferenceSession;
  /** Providers that it was built with and that are available here. */
  providers: readonly string[];
  /** False if `run` accepts outputs but does not write to them. */
  writesGivenOutputs: boolean;
  /** True if `run` copies given outputs afterwards, which it stops doing at an output that is not a tensor. */
  copiesGivenOutputs: boolean;
}

/** Name of the package in errors. */
export type RuntimePackage = 'onnxruntime-node' | 'onnxruntime-web';

/** Options of a session that affect how the runtime is loaded. */
export interface RuntimeOptions {
  provider?: Provider;
  threads?: number;
  profile?: string;
}

/** Exports of `#runtime`. */
export interface RuntimeModule {
  runtimePackage: RuntimePackage;
  /**
   * Loads ONNX Runtime.
   *
   * @throws {UnavailableError} if the package is not installed, or an option has no meaning here.
   */
  loadRuntime(options: RuntimeOptions): Promise<Runtime>;
  /** Reads a model. @throws {InvalidDataError} if there is no such file. */
  readModel(location: string): Promise<Uint8Array>;
  /** Reads a file with weights beside a model. @throws {InvalidDataError} if there is no such file. */
  readBeside(model: string, name: string): Promise<Uint8Array>;
  /** Runs a tiny model on a provider, in half precision if wanted, and returns the error, or `undefined`. */
  probeProvider(provider: ExecutionProvider, half?: boolean): Promise<string | undefined>;
  /**
   * Returns where each operator of a model would run; undefined if it cannot be loaded, or this cannot be found out.
   */
  placementOf(model: Uint8Array, provider: ExecutionProvider): Promise<PlacedNode[] | undefined>;
  /** Returns the cache of the times of convolutions. */
  kernelCache(threads: number | undefined, path?: string): KernelCache;
  /** Returns the path of the cache's file; empty if there is none. */
  kernelCachePath(): string;
  /** Returns a model as ONNX Runtime optimizes it for this CPU; undefined if that is not possible. */
  optimizedModel(model: Uint8Array, threads?: number): Promise<Uint8Array | undefined>;
  /**
   * Returns how many copies of a network, each on one thread, to use for `threads` threads, or for all; 1 for no
   * further copies.
   */
  lanesFor(threads?: number): number;
  /** Loads a network, for one thread, in its own thread; undefined if that is not possible. */
  startLane(model: Uint8Array): Promise<Lane | undefined>;
}
