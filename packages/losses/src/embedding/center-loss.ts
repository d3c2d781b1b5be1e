import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import { initOf } from '../decorators/decorate.ts';
import type { Head } from '../head.ts';
import { centersOf, initCenters, moveCenters } from './class-centers.ts';
import { unitIf } from './embedding-loss.ts';

/** Specifications of the options of {@link centerLoss}. */
export const centerLossOptions = optionSpecs({
  weight: { default: 0.003, from: 0, doc: "λ, the weight of the center loss beside the head's" },
  rate: { default: 0.5, from: 0, to: 1, doc: 'α, how fast centers follow their samples' },
  normalize: { default: false, doc: 'compares unit vectors; the paper compares the embeddings as they are' },
});

/** Options of {@link centerLoss}; {@link optionsOf} has the defaults. */
export type CenterLossOptions = OptionsOf<typeof centerLossOptions>;

/**
 * Adds the center loss to a head: `L_head + λ·½·‖x − c_y‖²`, where c_y is a running center of the sample's class. The
 * centers `[C, D]` are statistics of the head. Each step returns them moved by `c_j ← c_j − α·Σ(c_j − x_i)/(1 + n_j)`,
 * where the sum is over the n_j samples of class j in the batch. The loss uses the centers from before that move.
 *
 * @throws {InvalidArgumentError} unless `weight >= 0` and `0 <= rate <= 1`. `losses` throws it without
 * `statistics.centers`.
 * @see Y. Wen et al., A Discriminative Feature Learning Approach for Deep Face Recognition, ECCV 2016
 * @example
 * const head = centerLoss(softmax());
 * const statistics = head.initStatistics!(Rng.of(1), { classes: 10, embeddingSize: 512 });
 */
export function centerLoss(head: Head, options: CenterLossOptions = {}): Head {
  const config = resolveOptions('centerLoss', centerLossOptions, options);
  checkArguments('centerLoss', { head }, { head: { has: ['config', 'init'] } });
  const { weight, rate, normalize } = config;
  return {
    ...initOf(head),
    config: { name: 'center', ...config, of: head.config },
    of: head,
    needsWholeBatch: true,
    initStatistics: (rng, size) => ({
      ...head.initStatistics?.(rng, size),
      centers: initCenters(rng, size),
    }),
    losses: (params, embeddings, labels, step, statistics) =>
      tf.tidy(() => {
        const { losses, ...result } = head.losses(params, embeddings, labels, step, statistics);
        const compared = unitIf(normalize, embeddings);
        const centers = centersOf('centerLoss', statistics, embeddings);
        const moved = moveCenters(centers, compared, labels, rate);
        const added = tf.sum(tf.square(tf.sub(compared, moved.before)), 1);
        return {
          ...result,
          losses: tf.add<tf.Tensor1D>(losses, tf.mul(added, weight / 2)),
          statistics: { ...result.statistics, centers: moved.centers },
        };
      }),
  };
}
