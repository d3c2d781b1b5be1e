import util from 'node:util';
import { assertSingleTfjs, type EnginePackage } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { enginePackages, importPackage, notStarted, unusable } from './engine-package.ts';
import { allowExplicitPadding } from './explicit-padding.ts';
import { onBackend, type StartedBackend } from './started-backend.ts';

const NAME = 'tensorflow';

/** True once the backend's kernels have been extended. They are in a registry that the whole program shares. */
let prepared = false;

/** What tfjs-node's backend says about itself. */
interface NodeBackend {
  isGPUPackage: boolean;
  isUsingGpuDevice: boolean;
}

/**
 * Starts TensorFlow's C library, through @tensorflow/tfjs-node-gpu if it can be used here, else through
 * @tensorflow/tfjs-node. If the program has already loaded one of them, that one is used.
 *
 * @throws {UnavailableError} if neither can be used, with the reason for each, or the library does not load.
 */
export async function startTensorFlow(): Promise<StartedBackend> {
  if (!tf.findBackendFactory(NAME)) await load(choose());
  if (!prepared) allowExplicitPadding(NAME);
  prepared = true;
  const compute = <T>(work: () => T): T => withLegacyUtil(() => onBackend(NAME, work));
  // The first tensor shows whether the library does what the backend expects.
  const sum = compute(() => tf.tidy(() => tf.sum(tf.ones([2])).dataSync()[0]));
  if (sum !== 2) throw notStarted(NAME, `1 + 1 = ${sum}`, RUN_DOCTOR);
  return { name: NAME, description: describe(), compute, check: () => undefined };
}

function choose(): EnginePackage {
  const packages = Object.values(enginePackages('@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'));
  const usable = packages.find(({ usable }) => usable);
  if (usable === undefined) throw unusable(NAME, packages);
  return usable;
}

/** Imports the package, which registers the backend and makes it current; then restores the previous backend. */
async function load(chosen: EnginePackage): Promise<void> {
  const previous = tf.engine().backendName;
  const restoreFlags = rememberFlags();
  // 1 keeps TensorFlow from logging to stderr which instructions of the processor it uses.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  try {
    await importPackage(chosen);
  } catch (cause) {
    throw notStarted(NAME, cause, `Install ${chosen.name} anew on this machine, or use the onnx engine.`);
  } finally {
    restoreFlags();
    if (previous) void tf.engine().setBackend(previous);
  }
  assertSingleTfjs();
}

/** Saves tfjs's flags: tfjs-node brings tfjs-layers, which contains parts of tfjs-core that replace their functions. */
function rememberFlags(): () => void {
  const { flagRegistry } = tf.env() as unknown as { flagRegistry: Record<string, unknown> };
  const flags = { ...flagRegistry };
  return () => void Object.assign(flagRegistry, flags);
}

function describe(): string {
  const { isGPUPackage, isUsingGpuDevice } = tf.findBackend(NAME) as unknown as NodeBackend;
  const device = isUsingGpuDevice ? 'a graphics processor' : 'the processor';
  return `@tensorflow/tfjs-node${isGPUPackage ? '-gpu' : ''} on ${device}`;
}

const RUN_DOCTOR = 'Run `hm doctor`, or use the onnx engine.';

const functions = util as { isNullOrUndefined?: (value: unknown) => boolean };

/**
 * Adds `isNullOrUndefined` to Node's `util` while `work` runs: Node 23 removed it, and the kernels of tfjs-node 4.22
 * call it. Since `work` is synchronous, no other code sees it.
 */
export function withLegacyUtil<T>(work: () => T): T {
  if (functions.isNullOrUndefined !== undefined) return work();
  functions.isNullOrUndefined = (value) => value === null || value === undefined;
  try {
    return work();
  } finally {
    delete functions.isNullOrUndefined;
  }
}
