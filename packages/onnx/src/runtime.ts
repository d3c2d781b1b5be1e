import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { KernelCache } from './forms/fastest-form.ts';
import type { Lane } from './inference/lane.node.ts';
import type { PlacedNode } from './preflight/placement.ts';
import type { ExecutionProvider, Provider } from './session/provider.ts';

export type { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * The ONNX Runtime of where the program runs: `#runtime` is `runtime.node.ts` under Node, Bun and Deno, `runtime.web.ts`
 * everywhere else. The two export the same.
 */
export interface Runtime {
  name: RuntimePackage;
  Tensor: typeof Tensor;
  InferenceSession: typeof InferenceSession;
  /** What it was built with, and what this place lacks is not among it. */
  providers: readonly string[];
  /** False if outputs that are given to `run` are taken and not written. */
  writesGivenOutputs: boolean;
  /** Whether it copies them afterwards, and stops doing so at an output that is no tensor. */
  copiesGivenOutputs: boolean;
}

/** Name of the package in errors. */
export type RuntimePackage = 'onnxruntime-node' | 'onnxruntime-web';

/** What a session wants of it. */
export interface RuntimeOptions {
  provider?: Provider;
  threads?: number;
  profile?: string;
}

/** Exports of `#runtime`. */
export interface RuntimeModule {
  runtimePackage: RuntimePackage;
  /** @throws {UnavailableError} if the package is not installed, or an option has no meaning here. */
  loadRuntime(options: RuntimeOptions): Promise<Runtime>;
  /** @throws {InvalidDataError} if there is no such file. */
  readModel(location: string): Promise<Uint8Array>;
  /** A file with weights beside a model. @throws {InvalidDataError} if there is no such file. */
  readBeside(model: string, name: string): Promise<Uint8Array>;
  /** The error of running a tiny model on a provider, in half precision if wanted, or `undefined`. */
  probeProvider(provider: ExecutionProvider, half?: boolean): Promise<string | undefined>;
  /** Where each operator of a model would run; undefined if it cannot be loaded, or nothing is to be found out. */
  placementOf(model: Uint8Array, provider: ExecutionProvider): Promise<PlacedNode[] | undefined>;
  /** Where times of convolutions are kept. */
  kernelCache(threads: number | undefined, path?: string): KernelCache;
  /** The file in which they are kept, or none. */
  kernelCachePath(): string;
  /** A model as ONNX Runtime optimizes it for this CPU; undefined where that cannot be had. */
  optimizedModel(model: Uint8Array, threads?: number): Promise<Uint8Array | undefined>;
  /** How many copies of a network, each on one thread, take so many threads, or all that there are; 1 for none beside. */
  lanesFor(threads?: number): number;
  /** Loads a network for one thread in a thread of its own; undefined where that cannot be had. */
  startLane(model: Uint8Array): Promise<Lane | undefined>;
}
