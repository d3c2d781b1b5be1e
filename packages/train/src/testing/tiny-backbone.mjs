// Plain JavaScript, because child processes of the tests run it too.
import { batchNormInference, batchNormTrain, relu } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

const FEATURES = 8;

/** Backbone of a convolution, batch normalisation, mean and dense layer: every kind of state in few hundred numbers. */
export function tinyBackbone({ embeddingSize = 16, size = 32, normalized = true } = {}) {
  const normals = (rng, shape, deviation) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal(0, deviation)),
      shape,
    );
  return {
    name: 'tiny',
    config: { embeddingSize, size, ...(normalized ? {} : { normalized }) },
    embeddingSize,
    imageSize: [size, size],
    init: (rng) => ({
      params: {
        stem: { kernel: normals(rng, [3, 3, 3, FEATURES], 0.3) },
        norm: { gamma: tf.ones([FEATURES]), beta: tf.zeros([FEATURES]) },
        dense: { kernel: normals(rng, [FEATURES, embeddingSize], 0.3) },
      },
      statistics: { norm: { mean: tf.zeros([FEATURES]), variance: tf.ones([FEATURES]) } },
    }),
    apply({ params: { stem, norm, dense }, statistics }, images, mode) {
      const features = tf.conv2d(images, stem.kernel, 2, 'same');
      const { mean, variance } = statistics.norm;
      const batch =
        mode === 'train' && normalized
          ? batchNormTrain(features, norm.gamma, norm.beta)
          : { output: batchNormInference(features, norm.gamma, norm.beta, mean, variance), mean, variance };
      const blend = (old, now) => tf.add(tf.mul(old, 0.9), tf.mul(now, 0.1));
      const pooled = tf.mean(relu(batch.output), [1, 2]);
      return {
        embeddings: tf.matMul(pooled, dense.kernel),
        statistics: { norm: { mean: blend(mean, batch.mean), variance: blend(variance, batch.variance) } },
      };
    },
  };
}
