import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { withTfjs } from '../../with-tfjs.ts';
import { onBackend, type StartedBackend } from './started-backend.ts';

/** tfjs in plain JavaScript, which needs nothing and is slow. */
export async function startCpu(): Promise<StartedBackend> {
  // Its first tensor prints advice.
  await withTfjs(async () => onBackend('cpu', () => tf.scalar(0).dispose()));
  return {
    name: 'cpu',
    description: 'JavaScript on one core',
    compute: (work) => onBackend('cpu', work),
    check: () => undefined,
  };
}
