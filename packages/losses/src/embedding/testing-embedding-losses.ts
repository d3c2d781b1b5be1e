import { Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import '../testing/evaluate.ts';
import { circleLoss } from './circle-loss.ts';
import { contrastive } from './contrastive.ts';
import type { EmbeddingLoss } from './embedding-loss.ts';
import { marginalLoss } from './marginal-loss.ts';
import { msml } from './msml.ts';
import {
  circleReference,
  contrastiveReference,
  type EmbeddingReference,
  marginalReference,
  msmlReference,
  tripletReference,
} from './reference.ts';
import { triplet } from './triplet.ts';

/** A loss with options, and its reference in double precision on plain arrays. */
export interface EmbeddingLossCase {
  title: string;
  loss: EmbeddingLoss;
  reference: EmbeddingReference;
}

const named = (loss: EmbeddingLoss, reference: EmbeddingReference): EmbeddingLossCase => ({
  title: JSON.stringify(loss.config),
  loss,
  reference,
});

/** Every embedding loss in every variant. */
export const allEmbeddingLosses: readonly EmbeddingLossCase[] = [
  named(triplet(), tripletReference(0.2, 'semi-hard')),
  named(triplet({ margin: 0.6 }), tripletReference(0.6, 'semi-hard')),
  named(triplet({ mining: 'hard' }), tripletReference(0.2, 'hard')),
  named(triplet({ mining: 'all', margin: 0.5 }), tripletReference(0.5, 'all')),
  named(contrastive(), contrastiveReference(1, true)),
  named(contrastive({ margin: 4, normalize: false }), contrastiveReference(4, false)),
  named(msml(), msmlReference(0.3, true)),
  named(msml({ margin: 0.6, normalize: false }), msmlReference(0.6, false)),
  named(marginalLoss(), marginalReference(1.2, 0.3)),
  named(marginalLoss({ tau: 0.8, xi: 0.1 }), marginalReference(0.8, 0.1)),
  named(circleLoss(), circleReference(0.25, 256)),
  named(circleLoss({ margin: 0.4, gamma: 8 }), circleReference(0.4, 8)),
];

/** Returns normally distributed rows that float32 represents exactly. */
export const randomRows = (rng: Rng, rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(rng.normal())));

/** Twelve samples of four identities, one of which has a single sample. */
export const exampleBatch = {
  embeddings: randomRows(Rng.of('embedding losses'), 12, 5),
  labels: [3, 0, 3, 1, 7, 0, 1, 3, 1, 0, 3, 1],
};

/** Computes the losses on plain arrays and the gradient of `sum(upstream·losses)`. */
export const evaluateEmbeddingLoss = (
  loss: EmbeddingLoss,
  embeddings: number[][],
  labels: number[],
  upstream = labels.map(() => 1),
): { losses: number[]; gradient: number[] } =>
  tf.tidy(() => {
    const ids = tf.tensor1d(labels, 'int32');
    const rows = tf.tensor2d(embeddings);
    const total = (x: tf.Tensor) => tf.sum(tf.mul(loss.losses(x as tf.Tensor2D, ids), tf.tensor1d(upstream)));
    return {
      losses: [...loss.losses(rows, ids).dataSync()],
      gradient: [...tf.grad(total)(rows).dataSync()],
    };
  });
