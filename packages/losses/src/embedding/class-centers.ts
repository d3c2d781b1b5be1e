import { InvalidArgumentError, type Params, type Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { HeadSize } from '../head.ts';

/** Returns new centers `[C, D]`, uniform in ±√(3/D) like the filler of the authors' layer. */
export function initCenters(rng: Rng, { classes, embeddingSize }: HeadSize): tf.Tensor2D {
  const limit = Math.sqrt(3 / embeddingSize);
  const values = Float32Array.from({ length: classes * embeddingSize }, () => rng.uniform(-limit, limit));
  return tf.tensor2d(values, [classes, embeddingSize]);
}

/** Returns the centers from a head's statistics, after checking them. */
export function centersOf(
  where: string,
  statistics: Params | undefined,
  embeddings: tf.Tensor2D,
): tf.Tensor2D {
  const centers = statistics?.centers;
  if (centers instanceof tf.Tensor && centers.rank === 2 && centers.shape[1] === embeddings.shape[1])
    return centers as tf.Tensor2D;
  throw new InvalidArgumentError({
    where,
    expected: `statistics.centers [C, ${embeddings.shape[1]}]`,
    received: centers instanceof tf.Tensor ? `[${centers.shape.join(', ')}]` : typeof centers,
    fix: "Pass the statistics that the head's initStatistics or its last result gave.",
  });
}

/** Centers before and after the update by a batch. */
export interface CenterStep {
  /** `[B, D]`: each sample's center before the batch. No gradient flows through it. */
  before: tf.Tensor2D;
  /** `[B, D]`: each sample's center after the batch, a function of the embeddings. */
  after: tf.Tensor2D;
  /** `[C, D]`: all centers after the batch. */
  centers: tf.Tensor2D;
}

/** Applies the center loss's update, `c_j ← c_j − rate·Σ(c_j − x_i)/(1 + n_j)` over the n_j samples of class j. */
export function moveCenters(
  centers: tf.Tensor2D,
  embeddings: tf.Tensor2D,
  labels: tf.Tensor1D,
  rate: number,
): CenterStep {
  const before = tf.gather(centers, labels);
  const same = tf.cast(tf.equal(tf.expandDims(labels, 1), tf.expandDims(labels, 0)), 'float32');
  const share = tf.div(rate, tf.add(tf.sum(same, 1, true), 1));
  const away = tf.sub<tf.Tensor2D>(embeddings, before);
  const after = tf.add<tf.Tensor2D>(before, tf.mul(share, tf.matMul(same, away)));
  const moved = tf.unsortedSegmentSum(tf.mul(share, away), labels, centers.shape[0]);
  return { before, after, centers: tf.add(centers, moved) };
}
