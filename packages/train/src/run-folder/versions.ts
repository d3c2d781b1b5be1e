import { version_core } from '@tensorflow/tfjs-core';
import { version } from '../../package.json' with { type: 'json' };

/** Versions that a checkpoint records. Weights are reproducible to the bit only with the same versions. */
export function versions(): Record<string, string> {
  const { process, navigator } = globalThis as {
    process?: { versions: Record<string, string> };
    navigator?: { userAgent: string };
  };
  const place = process === undefined ? { browser: navigator!.userAgent } : runtimeOf(process.versions);
  return { train: version, tfjs: version_core, ...place };
}

/** Name and version of the runtime. Bun and Deno report a version of Node too. */
function runtimeOf(versions: Record<string, string>): Record<string, string> {
  const name = ['bun', 'deno'].find((other) => versions[other] !== undefined) ?? 'node';
  return { [name]: versions[name]! };
}
