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
 * Loads a backend of tfjs and starts it; the current backend stays current.
 *
 * @throws {UnavailableError} if it is not installed or does not start, saying why and what to do.
 */
export const startBackend = (backend: TfjsBackend): Promise<StartedBackend> => starters[backend]();

/** tfjs in plain JavaScript, which needs nothing and is slow. */
async function startCpu(): Promise<StartedBackend> {
  // Its first tensor prints advice.
  await withTfjs(async () => onBackend('cpu', () => tf.scalar(0).dispose()));
  return {
    name: 'cpu',
    description: 'JavaScript on one core',
    compute: (work) => onBackend('cpu', work),
    check: () => undefined,
  };
}
