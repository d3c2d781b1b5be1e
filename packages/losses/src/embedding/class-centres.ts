import { InvalidArgumentError, type Params, type Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { HeadSize } from '../heads/head.ts';

/** New centres `[C, D]`, uniform in ±√(3/D): the filler of the authors' layer. */
export function initCentres(rng: Rng, { classes, embeddingSize }: HeadSize): tf.Tensor2D {
  const limit = Math.sqrt(3 / embeddingSize);
  const values = Float32Array.from({ length: classes * embeddingSize }, () => rng.uniform(-limit, limit));
  return tf.tensor2d(values, [classes, embeddingSize]);
}

/** The centres among a head's statistics, checked. */
export function centresOf(
  where: string,
  statistics: Params | undefined,
  embeddings: tf.Tensor2D,
): tf.Tensor2D {
  const centres = statistics?.centres;
  if (centres instanceof tf.Tensor && centres.rank === 2 && centres.shape[1] === embeddings.shape[1])
    return centres as tf.Tensor2D;
  throw new InvalidArgumentError({
    where,
    expected: `statistics.centres [C, ${embeddings.shape[1]}]`,
    received: centres instanceof tf.Tensor ? `[${centres.shape.join(', ')}]` : typeof centres,
    fix: "Pass the statistics that the head's initStatistics or its last result gave.",
  });
}

/** What one batch says about centres. */
export interface CentreStep {
  /** `[B, D]`: each sample's centre before the batch. No gradient flows through it. */
  before: tf.Tensor2D;
  /** `[B, D]`: each sample's centre after the batch, a function of the embeddings. */
  after: tf.Tensor2D;
  /** `[C, D]`: all centres after the batch. */
  centres: tf.Tensor2D;
}

/** The centre loss's update, `c_j ← c_j − rate·Σ(c_j − x_i)/(1 + n_j)` over the n_j samples of class j. */
export function moveCentres(
  centres: tf.Tensor2D,
  embeddings: tf.Tensor2D,
  labels: tf.Tensor1D,
  rate: number,
): CentreStep {
  const before = tf.gather(centres, labels);
  const same = tf.cast(tf.equal(tf.expandDims(labels, 1), tf.expandDims(labels, 0)), 'float32');
  const share = tf.div(rate, tf.add(tf.sum(same, 1, true), 1));
  const away = tf.sub<tf.Tensor2D>(embeddings, before);
  const after = tf.add<tf.Tensor2D>(before, tf.mul(share, tf.matMul(same, away)));
  const moved = tf.unsortedSegmentSum(tf.mul(share, away), labels, centres.shape[0]);
  return { before, after, centres: tf.add(centres, moved) };
}
