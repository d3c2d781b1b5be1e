import { traceKernel } from '@hm/onnx';
import * as tf from '@tensorflow/tfjs-core';

// ONNX has Celu, tfjs does not: the graph needs one node instead of four. Eager execution uses the formula.
traceKernel('Celu', 'Celu');
tf.registerKernel({
  kernelName: 'Celu',
  backendName: 'cpu',
  kernelFunc: ({ inputs: { x } }) => tf.add(tf.relu(x as tf.Tensor), tf.minimum(0, tf.expm1(x as tf.Tensor))),
});
tf.registerGradient({
  kernelName: 'Celu',
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.exp(tf.minimum(x!, 0))) }),
});

/** A smooth ReLU, `max(0, x) + min(0, exp(x) − 1)`. */
export const smoothRelu = (x: tf.Tensor): tf.Tensor => tf.engine().runKernel('Celu', { x });
