import '@tensorflow/tfjs-backend-cpu';
import { UnavailableError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { withTfjs } from '../with-tfjs.ts';
import type { TfjsBackend } from './engine.ts';
import { onBackend } from './on-backend.ts';

/**
 * Loads a backend of tfjs and starts it; the current backend stays current.
 *
 * @returns the name by which tfjs knows it.
 * @throws {UnavailableError} if it is not installed or does not start.
 */
export async function openBackend(backend: TfjsBackend): Promise<string> {
  if (backend !== 'cpu') throw notYet(backend);
  await withTfjs(async () => onBackend(backend, () => tf.scalar(0).dispose()));
  return backend;
}

const notYet = (backend: string) =>
  new UnavailableError({
    where: 'train option "engine"',
    expected: 'the tfjs backend cpu',
    received: backend,
    fix: 'Use the onnx engine.',
  });
