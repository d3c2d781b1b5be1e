import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `work` with a tfjs backend: the current one, or `cpu` if none is set yet. Initial values of networks are made
 * there; training itself does not use it.
 */
export async function withTfjs<T>(work: () => Promise<T>): Promise<T> {
  // On its first use under Node, the cpu backend prints advice to install a native backend. The production flag
  // silences that; the backend asks for it for no other purpose.
  const production = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    if (!tf.getBackend()) await tf.setBackend('cpu');
    return await work();
  } finally {
    tf.env().set('PROD', production);
  }
}
