import { type HostTensor, type Params, zipParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Transform } from './transform.ts';

/**
 * Pulls the backbone's trained parameters towards their initial values instead of 0: `g ← g + strength·(p − p₀)`. So
 * what a network has learned from many people is not lost to a few. Keeps `start`.
 *
 * @see X. Li et al., Explicit inductive bias for transfer learning with convolutional networks (L2-SP), ICML 2018
 */
export const towardsStart = (strength: number): Transform => ({
  init(trained) {
    const { backbone } = trained as { backbone?: Params<HostTensor> };
    return backbone === undefined ? {} : { start: { backbone } };
  },
  update(gradients, { params, start }) {
    if (start === undefined) return {};
    const [slopes, now, first] = [gradients, params, start].map((tree) => (tree as Branches).backbone!);
    const backbone = zipParams(
      (slope, p: tf.Tensor, p0: tf.Tensor) => tf.add(slope, tf.mul(tf.sub(p, p0), strength)),
      slopes!,
      now!,
      first!,
    );
    return { gradients: { ...gradients, backbone } };
  },
});

type Branches = Record<string, Params>;
