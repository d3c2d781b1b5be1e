import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';

/**
 * The gradient of `tf.topk`, which tfjs does not have: each one goes back to its value's place. Losses need it to keep
 * their hardest samples.
 */
tf.registerGradient({
  kernelName: tf.TopK,
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc(gradients, [x, indices]) {
    const [values] = gradients as unknown as tf.Tensor[];
    return {
      x: () => tf.sum(tf.mul(tf.oneHot(indices!, x!.shape.at(-1)!), tf.expandDims(values!, -1)), -2),
    };
  },
});
