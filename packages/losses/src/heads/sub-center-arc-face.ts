import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkInputs } from '../core/check.ts';
import { marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { arcFaceMargin, arcFaceOptions } from './arc-face.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link subCenterArcFace}. */
export const subCenterArcFaceOptions = optionSpecs({
  ...arcFaceOptions,
  centers: { default: 3, from: 1, integer: true, doc: 'K, the centers of each class' },
});

/** Options of {@link subCenterArcFace}; {@link optionsOf} has the defaults. */
export type SubCenterArcFaceOptions = OptionsOf<typeof subCenterArcFaceOptions>;

/**
 * Sub-center ArcFace: each class has K centers, and `cos θ_j` is the cosine with the nearest of them. Noisy images can
 * thus gather around a separate center. `params.weight` is `[C·K, D]`, with the centers of a class in consecutive rows.
 *
 * @throws {InvalidArgumentError} unless K is a positive integer and ArcFace's options are in range.
 * @see J. Deng et al., Sub-center ArcFace, ECCV 2020
 * @example
 * const head = subCenterArcFace({ centers: 2 });
 */
export function subCenterArcFace(options: SubCenterArcFaceOptions = {}): Head {
  const config = resolveOptions('subCenterArcFace', subCenterArcFaceOptions, options);
  const { scale, centers } = config;
  return {
    config: { name: 'subcenter-arcface', ...config },
    init: (rng, { classes, embeddingSize }) => ({
      weight: classWeights(rng, { classes: classes * centers, embeddingSize }),
    }),
    losses: (params, embeddings, labels) =>
      tf.tidy(() => {
        const weight = checkInputs('subCenterArcFace', params, embeddings, labels, centers);
        const cosines = tf.reshape(cosineLogits(embeddings, weight, scale), [
          embeddings.shape[0],
          -1,
          centers,
        ]);
        const logits = tf.max<tf.Tensor2D>(cosines, 2);
        return { losses: marginCrossEntropy(logits, labels, arcFaceMargin(config)), logits };
      }),
  };
}
