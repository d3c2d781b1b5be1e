import type { Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Variables } from './backbone.ts';
import { dense, join, norm } from './initial.ts';
import type { Scope } from './scope.ts';

/** Shape of the last feature map. */
export type MapShape = readonly [height: number, width: number, channels: number];

/** What turns the last feature map into an embedding. */
export interface EmbeddingHead {
  /** Parameters that are fixed and not trained; published counts include them. */
  fixedParameters(embeddingSize: number): number;
  init(rng: Rng, map: MapShape, embeddingSize: number): Variables;
  apply(scope: Scope, features: tf.Tensor4D): tf.Tensor2D;
}

/** Global average pooling and a dense layer; optionally batch normalisation of the embedding. */
export const gapHead = (embeddingNorm: boolean): EmbeddingHead => ({
  fixedParameters: (embeddingSize) => (embeddingNorm ? embeddingSize : 0),
  init: (rng, [, , channels], embeddingSize) =>
    join({
      dense: { params: dense(rng, channels, embeddingSize), statistics: {} },
      ...(embeddingNorm ? { embeddingNorm: norm(embeddingSize, { fixedScale: true }) } : {}),
    }),
  apply(scope, features) {
    const embeddings = project(scope, tf.mean(features, [1, 2]));
    return embeddingNorm ? scope.in('embeddingNorm').norm(embeddings, { fixedScale: true }) : embeddings;
  },
});

/** ArcFace's head E without dropout: norm, flatten, dense layer, norm whose scale is fixed at 1. */
export const eHead: EmbeddingHead = {
  fixedParameters: (embeddingSize) => embeddingSize,
  init: (rng, [height, width, channels], embeddingSize) =>
    join({
      norm: norm(channels),
      dense: { params: dense(rng, height * width * channels, embeddingSize), statistics: {} },
      embeddingNorm: norm(embeddingSize, { fixedScale: true }),
    }),
  apply(scope, features) {
    const normalised = scope.in('norm').norm(features);
    const flat = tf.reshape<tf.Rank.R2>(normalised, [features.shape[0], features.size / features.shape[0]]);
    return scope.in('embeddingNorm').norm(project(scope, flat), { fixedScale: true });
  },
};

function project(scope: Scope, x: tf.Tensor2D): tf.Tensor2D {
  const layer = scope.in('dense');
  return tf.add(tf.matMul(x, layer.param<tf.Tensor2D>('weight')), layer.param('bias'));
}
