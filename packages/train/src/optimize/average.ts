import { type HostTensor, type Params, zipParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Transform } from './transform.ts';

/**
 * Averages the backbone's trained parameters and its statistics: `a ← a + (1 − d)(p − a)`, where d grows to `decay` as
 * `(1 + t) / (10 + t)`, so that the initial values are forgotten. Keeps `average` and `averageStatistics`. Put it after
 * the transforms that move parameters.
 */
export const average = (decay: number): Transform => ({
  init(trained, { statistics }) {
    const { backbone } = trained as { backbone?: Params<HostTensor> };
    return {
      ...(backbone && { average: { backbone } }),
      averageStatistics: (statistics ?? {}) as Params<HostTensor>,
    };
  },
  update(_, state, { step }) {
    const slow = tf.minimum(decay, tf.div(tf.add(step, 1), tf.add(step, 10)));
    const share = tf.sub(1, slow);
    const following = (averages: Params, of: Params) =>
      zipParams((old, now: tf.Tensor) => tf.add(old, tf.mul(tf.sub(now, old), share)), averages, of);
    const {
      average = {},
      averageStatistics = {},
      params = {},
      statistics = {},
    } = state as Record<string, Params>;
    return {
      state: {
        average: following(average, params),
        averageStatistics: following(averageStatistics, statistics),
      },
    };
  },
});
