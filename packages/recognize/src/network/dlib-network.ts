import * as tf from '@tensorflow/tfjs-core';
import type { DlibWeights } from './dlib-weights.ts';

const MEAN = [122.782, 117.001, 104.298];

/** Residual blocks in order; those named `down` halve the map. */
const BLOCKS = [
  ...['conv32_1', 'conv32_2', 'conv32_3'],
  ...['conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ...['conv128_down', 'conv128_1', 'conv128_2'],
  ...['conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'],
];

/**
 * dlib's face network, a ResNet with 29 convolutions: `[B, 150, 150, 3]` RGB 0–255 → `[B, 128]`.
 *
 * @see http://blog.dlib.net/2017/02/high-quality-face-recognition-with-deep.html
 */
export function dlibNetwork(weights: Record<keyof DlibWeights, tf.Tensor>, images: tf.Tensor4D): tf.Tensor2D {
  const normalized = tf.div<tf.Tensor4D>(tf.sub(images, tf.tensor1d(MEAN)), 256);
  let x = tf.relu(convolve(weights, 'conv32_down', normalized, 2, 'valid'));
  x = tf.maxPool(x, 3, 2, 'valid');
  for (const name of BLOCKS) x = tf.relu(residual(weights, name, x));
  return tf.matMul(tf.mean<tf.Tensor2D>(x, [1, 2]), weights.fc as tf.Tensor2D);
}

function residual(weights: Record<string, tf.Tensor>, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const down = name.includes('down');
  const inner = tf.relu(convolve(weights, `${name}/conv1`, x, down ? 2 : 1, down ? 'valid' : 'same'));
  const branch = convolve(weights, `${name}/conv2`, inner, 1, 'same');
  if (!down) return tf.add(branch, x);
  const pooled = tf.avgPool(x, 2, 2, 'valid');
  return tf.add(padTo(pooled, branch), padTo(branch, pooled));
}

/** Zeros after the last row, column and channel where the other has more. */
const padTo = (x: tf.Tensor4D, other: tf.Tensor4D): tf.Tensor4D => {
  const missing = [1, 2, 3].map((axis) => Math.max(0, other.shape[axis]! - x.shape[axis]!));
  if (missing.every((count) => count === 0)) return x;
  return tf.pad(x, [[0, 0], ...missing.map((count): [number, number] => [0, count])]);
};

/** Convolution and bias, then a factor and a shift of each channel. */
function convolve(
  weights: Record<string, tf.Tensor>,
  name: string,
  x: tf.Tensor4D,
  stride: number,
  padding: 'same' | 'valid',
): tf.Tensor4D {
  const factor = weights[`${name}/scale/weights`]!;
  const filters = tf.mul(weights[`${name}/conv/filters`]!, factor) as tf.Tensor4D;
  const shift = tf.add(tf.mul(weights[`${name}/conv/bias`]!, factor), weights[`${name}/scale/biases`]!);
  return tf.add(tf.conv2d(x, filters, stride, padding), shift);
}
