import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import type { Head } from '../heads/head.ts';
import { centresOf, initCentres, moveCentres } from './class-centres.ts';
import { unitIf } from './unit-if.ts';

/** What {@link centreLoss} takes. */
export interface CentreLossOptions {
  /** λ, the weight of the centre loss beside the head's. Default 0.003. */
  weight?: number;
  /** α, how fast centres follow their samples, from 0 to 1. Default 0.5. */
  rate?: number;
  /** Compares unit vectors. False (default) compares the embeddings as they are, as the paper does. */
  normalize?: boolean;
}

/**
 * A head with the centre loss added: `L_head + λ·½·‖x − c_y‖²`, c_y a running centre of the sample's class. The centres
 * `[C, D]` are statistics of the head: each step returns them moved by `c_j ← c_j − α·Σ(c_j − x_i)/(1 + n_j)`, the
 * sum over the n_j samples that the batch has of class j. The loss pulls embeddings to the centres before the step.
 *
 * @throws {InvalidArgumentError} unless `weight >= 0` and `0 <= rate <= 1`; on losses without `statistics.centres`.
 * @see Y. Wen et al., A Discriminative Feature Learning Approach for Deep Face Recognition, ECCV 2016
 * @example
 * const head = centreLoss(softmax());
 * const statistics = head.initStatistics!(Rng.of(1), { classes: 10, embeddingSize: 512 });
 */
export function centreLoss(head: Head, options: CentreLossOptions = {}): Head {
  const { weight = 0.003, rate = 0.5, normalize = false } = options;
  checkRange('centreLoss', 'weight', weight, { from: 0 });
  checkRange('centreLoss', 'rate', rate, { from: 0, to: 1 });
  return {
    ...head,
    name: `${head.name}+centre`,
    config: { ...head.config, centre: { weight, rate, normalize } },
    needsWholeBatch: true,
    initStatistics: (rng, size) => ({
      ...head.initStatistics?.(rng, size),
      centres: initCentres(rng, size),
    }),
    losses: (params, embeddings, labels, step, statistics) =>
      tf.tidy(() => {
        const { losses, ...result } = head.losses(params, embeddings, labels, step, statistics);
        const compared = unitIf(normalize, embeddings);
        const centres = centresOf('centreLoss', statistics, embeddings);
        const moved = moveCentres(centres, compared, labels, rate);
        const added = tf.sum(tf.square(tf.sub(compared, moved.before)), 1);
        return {
          ...result,
          losses: tf.add<tf.Tensor1D>(losses, tf.mul(added, weight / 2)),
          statistics: { ...result.statistics, centres: moved.centres },
        };
      }),
  };
}
