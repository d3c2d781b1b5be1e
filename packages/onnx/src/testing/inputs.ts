import { type HostTensor, hostTensor, Rng, sizeOf } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Numbers of channels: one that fills blocks of 8 and of 16, and one that fills neither. */
export const channelCounts = [16, 5] as const;

/** Returns random float32 values, by default from [-2, 2), which are the same for the same shape. */
export function floats(shape: readonly number[], low = -2, high = 2, seed = 0): HostTensor {
  const rng = Rng.of('floats', seed, ...shape);
  return hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(low, high)),
  );
}

/** Returns random int32 values from [low, high). */
export function integers(shape: readonly number[], low = -4, high = 5, seed = 0): HostTensor {
  const rng = Rng.of('integers', seed, ...shape);
  return hostTensor(
    'int32',
    shape,
    Int32Array.from({ length: sizeOf(shape) }, () => low + rng.integer(high - low)),
  );
}

/** Returns random booleans. */
export function booleans(shape: readonly number[], seed = 0): HostTensor {
  const rng = Rng.of('booleans', seed, ...shape);
  return hostTensor(
    'bool',
    shape,
    Uint8Array.from({ length: sizeOf(shape) }, () => rng.integer(2)),
  );
}

/** Returns a float32 vector of these values. */
export const vector = (...values: number[]): HostTensor =>
  hostTensor('float32', [values.length], Float32Array.from(values));

/** Returns an int32 vector of these values. */
export const integerVector = (...values: number[]): HostTensor =>
  hostTensor('int32', [values.length], Int32Array.from(values));

/** Returns the same image, in the layout that a convolution leaves: blocked with 16 channels, NCHW with 5. */
export function image(x: tf.Tensor): tf.Tensor4D {
  const channels = x.shape[3]!;
  const filter = tf.reshape(tf.eye(channels), [1, 1, channels, channels]) as tf.Tensor4D;
  return tf.conv2d(x as tf.Tensor4D, filter, 1, 'valid');
}

/** Wraps a program of images so that inputs, output and gradients are in a convolution's layout. */
export const amongConvolutions =
  (run: (...images: tf.Tensor4D[]) => tf.Tensor) =>
  (...inputs: tf.Tensor[]): tf.Tensor =>
    image(run(...inputs.map(image)));
