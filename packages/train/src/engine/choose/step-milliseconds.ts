import { type HostTensor, hostTensor, Rng, sizeOf } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { compileOn } from '../compile-on.ts';
import type { Engine } from '../engine.ts';

const [batch, size, channels] = [32, 28, 64];
const REPEATS = 3;

/**
 * Measures how long a warm engine takes for a step of two convolutions with their gradients (11 GFLOP). That is what a
 * network's steps are made of, and small enough for a trial.
 */
export async function stepMilliseconds(engine: Engine): Promise<number> {
  const shapes = { images: [batch, size, size, channels], filter: [3, 3, channels, channels] };
  const program = await compileOn(engine, step, {
    state: { filter: normals(shapes.filter) },
    inputs: { images: { shape: shapes.images } },
  });
  const images = normals(shapes.images);
  await program.run({ images });
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const began = performance.now();
    await program.run({ images });
    times.push(performance.now() - began);
  }
  await program.release();
  return Math.min(...times);
}

function step({ filter }: Record<string, tf.Tensor>, { images }: Record<string, tf.Tensor>) {
  const convolve = (x: tf.Tensor, by: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, by as tf.Tensor4D, 1, 'same');
  const loss = (by: tf.Tensor) =>
    tf.mean(tf.square(convolve(tf.relu(convolve(images!, by)), by))) as tf.Scalar;
  const { value, grad } = tf.valueAndGrad(loss)(filter!);
  return { state: { filter: tf.sub(filter!, tf.mul(grad, 1e-3)) }, outputs: { loss: value } };
}

function normals(shape: number[]): HostTensor {
  const rng = Rng.of('engine');
  return hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal(0, 0.05)),
  );
}
