import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { withTfjs } from '../../with-tfjs.ts';
import type { TfjsBackend } from '../engine.ts';
import { startTensorFlow } from './start-tensorflow.ts';
import { startWebGpu } from './start-web-gpu.ts';
import { onBackend, type StartedBackend } from './started-backend.ts';

const starters: Record<TfjsBackend, () => Promise<StartedBackend>> = {
  tensorflow: startTensorFlow,
  webgpu: startWebGpu,
  cpu: startCpu,
};

/**
 * Loads and starts a tfjs backend. The current backend stays current.
 *
 * @throws {UnavailableError} if it is not installed or does not start; the message says why and what to do.
 */
export const startBackend = (backend: TfjsBackend): Promise<StartedBackend> => starters[backend]();

/** Starts tfjs in plain JavaScript, which needs no package and is slow. */
async function startCpu(): Promise<StartedBackend> {
  // The first tensor prints advice, which withTfjs silences.
  await withTfjs(async () => onBackend('cpu', () => tf.scalar(0).dispose()));
  return {
    name: 'cpu',
    description: 'JavaScript on one core',
    compute: (work) => onBackend('cpu', work),
    check: () => undefined,
  };
}
