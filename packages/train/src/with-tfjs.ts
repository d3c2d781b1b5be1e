import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `work` with a tfjs backend: the caller's, or `cpu` if none is set yet. The network's first values are made there;
 * training itself does not use it.
 */
export async function withTfjs<T>(work: () => Promise<T>): Promise<T> {
  // The cpu backend's first use under Node prints advice to install a native backend; its production flag, which it asks
  // for no other purpose, silences that.
  const production = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    if (!tf.getBackend()) await tf.setBackend('cpu');
    return await work();
  } finally {
    tf.env().set('PROD', production);
  }
}
