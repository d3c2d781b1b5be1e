import { trace } from '@hm/onnx';
import * as tf from '@tensorflow/tfjs-core';

/** A network whose embedding is an image's mean colour. */
export const meanColor = (size: number): Uint8Array =>
  trace(({ images }) => ({ embedding: tf.mean(images!, [2, 3]) }), {
    images: { shape: ['batch', 3, size, size] },
  });

/** A network whose embedding is the red and the green of an image's first pixel. */
export const firstPixel = (height: number, width: number): Uint8Array =>
  trace(
    ({ images }) => {
      const size = height * width;
      const weights = tf.buffer([3 * size, 2]);
      weights.set(1, 0, 0);
      weights.set(1, size, 1);
      return { embedding: tf.matMul(tf.reshape(images!, [-1, 3 * size]), weights.toTensor() as tf.Tensor2D) };
    },
    { images: { shape: ['batch', 3, height, width] } },
  );
