import { version_core } from '@tensorflow/tfjs-core';
import { version } from '../package.json' with { type: 'json' };

/** Versions that a checkpoint notes; weights are reproducible to the bit only with the same ones. */
export function versions(): Record<string, string> {
  const { process, navigator } = globalThis as {
    process?: { versions: { node: string } };
    navigator?: { userAgent: string };
  };
  const place = process === undefined ? { browser: navigator!.userAgent } : { node: process.versions.node };
  return { train: version, tfjs: version_core, ...place };
}
