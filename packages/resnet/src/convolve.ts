import * as tf from '@tensorflow/tfjs-core';

/** A convolution that pads by half the filter on every side, as PyTorch's networks do; tfjs's `same` pads one side more. */
export function convolve(x: tf.Tensor4D, filter: tf.Tensor4D, stride = 1): tf.Tensor4D {
  const pad = Math.floor(filter.shape[0] / 2);
  return tf.conv2d(x, filter, stride, pad === 0 ? 'valid' : pad);
}
