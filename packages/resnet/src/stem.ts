import { prelu, type Rng, relu } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Variables } from './backbone.ts';
import { convolve } from './convolve.ts';
import { type FilterInitialisation, filter, join, norm, slopes } from './initial.ts';
import type { Scope } from './scope.ts';

/** Channels after the stem. */
export const STEM_CHANNELS = 64;

/** What comes before the residual blocks. */
export interface Stem {
  /** How much smaller the image is behind it. */
  reduction: number;
  /** Stride of the first stage: the face stem leaves the first halving to it. */
  firstStride: number;
  init(rng: Rng, initialisation: FilterInitialisation): Variables;
  apply(scope: Scope, images: tf.Tensor4D): tf.Tensor4D;
}

/** A 7×7 convolution with stride 2 and 3×3 max pooling with stride 2: made for 224×224 images, the fastest. */
export const imagenetStem: Stem = {
  reduction: 4,
  firstStride: 1,
  init: (rng, initialisation) =>
    join({ filter: filter(rng, [7, 7, 3, STEM_CHANNELS], initialisation), norm: norm(STEM_CHANNELS) }),
  apply: (scope, images) =>
    tf.maxPool(relu(scope.in('norm').norm(convolve(images, scope.param('filter'), 2))), 3, 2, 1),
};

/** A 3×3 convolution with stride 1 that keeps all of a 112×112 face. PReLU before IR blocks, ReLU before basic ones. */
export const faceStem = (activation: 'relu' | 'prelu'): Stem => ({
  reduction: 1,
  firstStride: 2,
  init: (rng, initialisation) =>
    join({
      filter: filter(rng, [3, 3, 3, STEM_CHANNELS], initialisation),
      norm: norm(STEM_CHANNELS),
      ...(activation === 'prelu' ? { slopes: slopes(STEM_CHANNELS) } : {}),
    }),
  apply(scope, images) {
    const x = scope.in('norm').norm(convolve(images, scope.param('filter')));
    return activation === 'prelu' ? prelu(x, scope.param<tf.Tensor1D>('slopes')) : relu(x);
  },
});
