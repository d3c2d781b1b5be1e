import * as tf from '@tensorflow/tfjs-core';

/** Returns `matrix[i, labels[i]]`, `[B]`, without a mask of the matrix's size. Not differentiable. */
export function takeLabels(matrix: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const [batch, classes] = matrix.shape;
  const rowStarts = tf.tensor1d(
    Int32Array.from({ length: batch }, (_, row) => row * classes),
    'int32',
  );
  return tf.gather(tf.reshape(matrix, [batch * classes]), tf.add(labels, rowStarts));
}

/** Returns a copy of `matrix` `[B, C]` with `values[i]` added to the entry `[i, labels[i]]`. Not differentiable. */
export function addAtLabels(matrix: tf.Tensor2D, labels: tf.Tensor1D, values: tf.Tensor1D): tf.Tensor2D {
  return tf.add(matrix, tf.mul(labelMask(labels, matrix.shape[1]), tf.expandDims(values, 1)));
}

/** One-hot labels `[B, C]`: 1 where the class is the label and 0 elsewhere. */
export function labelMask(labels: tf.Tensor1D, classes: number): tf.Tensor2D {
  // tf.oneHot refuses a single class, and is slower in ONNX Runtime.
  const all = tf.range(0, classes, 1, 'int32');
  return tf.cast(tf.equal(tf.expandDims(labels, 1), all), 'float32');
}
