import * as tf from '@tensorflow/tfjs-core';
import { UnavailableError } from '../errors.ts';
import { builtin, nodeProcess } from './node-builtins.ts';

/**
 * Throws if more than one copy of tfjs-core is loaded. Copies share the first one's engine through a global, but not
 * their tensor class, flags and chained operations, so programs with two copies fail in ways that point to neither.
 *
 * Runs when this package is imported. It looks for three signs:
 * - this copy does not own the engine's environment;
 * - Node has loaded several files of tfjs-core;
 * - the flags were registered again since this package was imported.
 *
 * @throws {UnavailableError} that names the copies (where Node knows them) and how to get rid of one.
 * @example
 * assertSingleTfjs();
 */
export function assertSingleTfjs(): void {
  const files = loadedFiles();
  const isOwner = tf.env() instanceof tf.Environment;
  if (files.length <= 1 && isOwner && flagMark() === flagMarkAtImport) return;
  throw new UnavailableError({
    where: '@hm/tensor',
    expected: 'one copy of @tensorflow/tfjs-core',
    received: files.length > 1 ? `${files.length}: ${files.join(', ')}` : 'two in one program',
    fix:
      '@tensorflow/tfjs-core is a peer dependency: list one version of it in your own package.json. ' +
      '`npm ls @tensorflow/tfjs-core` shows who brings the other; align the versions, then run `npm dedupe`. ' +
      "In a bundle, deduplicate it (Vite: resolve.dedupe: ['@tensorflow/tfjs-core']).",
    fields: { files, version: tf.version_core },
  });
}

/**
 * Changes when another copy is loaded: each copy replaces the functions behind the shared environment's flags with its
 * own.
 */
const flagMark = (): unknown =>
  (tf.env() as unknown as { flagRegistry: Record<string, { evaluationFn: unknown }> }).flagRegistry.DEBUG
    ?.evaluationFn;

const flagMarkAtImport = flagMark();

function loadedFiles(): string[] {
  const modules = builtin('node:module');
  if (!modules || !nodeProcess) return [];
  const { cache } = modules.createRequire(`${nodeProcess.cwd()}/`);
  return Object.keys(cache).filter((file) => /[\\/]dist[\\/]tf-core\.node(\.min)?\.js$/.test(file));
}
