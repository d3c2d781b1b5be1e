import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { engineChecks, engineNeeds, engineNotes, thisMachine } from './engine-problems.ts';
import { findPackage, programFolders } from './find-package.ts';
import { builtin, nodeProcess } from './node-builtins.ts';

/** An optional engine package, installed or not. */
export interface EnginePackage {
  name: string;
  /** Installed version; undefined if it is not installed where the program looks for packages. */
  version: string | undefined;
  path: string | undefined;
  usable: boolean;
  /** The exact reason why it is not usable. */
  reason: string | undefined;
  /** Advice on how to make it usable. */
  fix: string | undefined;
  /** Note about the package, if it is usable. */
  note: string | undefined;
}

/** The machine, tfjs and the engine packages, as plain data. */
export interface RuntimeDescription {
  /** Node and its machine; undefined outside Node. */
  node:
    | {
        version: string;
        platform: string;
        architecture: string;
        processor: string;
        /** Number of threads that this process may use. */
        cores: number;
        memoryBytes: number;
      }
    | undefined;
  tfjs: {
    version: string;
    /** Names of the registered backends. */
    backends: string[];
    /** The current backend; undefined until one is chosen. */
    backend: string | undefined;
  };
  packages: EnginePackage[];
}

/**
 * Describes what is installed and what of it cannot be used here, with the reason and the fix. Loads nothing: packages
 * are looked up in the file system, in `node_modules` of the folder that `HM_TFJS_NODE` names, the working directory,
 * the started script and `folders`, and of their parents.
 *
 * @param folders more folders in which to look for packages.
 * @example
 * for (const { name, usable, reason } of describeRuntime().packages) console.log(name, usable, reason);
 */
export function describeRuntime(folders: readonly string[] = []): RuntimeDescription {
  checkArguments('describeRuntime', { folders }, { folders: 'array' });
  return {
    node: describeNode(),
    tfjs: {
      version: tf.version_core,
      backends: Object.keys(tf.engine().registryFactory),
      backend: tf.getBackend() ?? undefined,
    },
    packages: Object.keys(engineChecks).map((name) =>
      describePackage(name, [...programFolders(), ...folders]),
    ),
  };
}

function describeNode(): RuntimeDescription['node'] {
  const system = builtin('node:os');
  if (!nodeProcess || !system) return undefined;
  return {
    version: nodeProcess.versions.node,
    platform: nodeProcess.platform,
    architecture: nodeProcess.arch,
    processor: system.cpus()[0]?.model ?? 'unknown',
    cores: system.availableParallelism(),
    memoryBytes: system.totalmem(),
  };
}

function describePackage(name: string, folders: readonly string[]): EnginePackage {
  const machine = thisMachine(folders);
  const installed = findPackage(name, folders);
  if (!installed || !machine) {
    const needs = engineNeeds[name] ? ` (${engineNeeds[name]})` : '';
    const absent = { reason: 'not installed', fix: `npm install ${name}${needs}`, note: undefined };
    return { name, version: undefined, path: undefined, usable: false, ...absent };
  }
  const problem = engineChecks[name]?.(installed, machine);
  const note = problem ? undefined : engineNotes[name]?.(machine);
  return { name, ...installed, usable: !problem, reason: problem?.reason, fix: problem?.fix, note };
}
