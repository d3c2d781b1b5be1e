import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkInputs, checkRange } from '../core/check.ts';
import { classWeights } from '../core/class-weights.ts';
import { marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import { type ArcFaceOptions, arcFace, arcFaceMargin } from './arc-face.ts';
import type { Head } from './head.ts';

/** What {@link subCenterArcFace} takes. */
export interface SubCenterArcFaceOptions extends ArcFaceOptions {
  /** K, the centres of each class. Default 3. */
  centers?: number;
}

/**
 * Sub-centre ArcFace: each class has K centres, and `cos θ_j` is the cosine with the nearest of them, so that noisy images
 * may gather around a centre of their own. `params.weight` is `[D, C·K]`, a class's centres side by side.
 *
 * @throws {InvalidArgumentError} unless K is a positive integer and ArcFace's options are in range.
 * @see J. Deng et al., Sub-center ArcFace, ECCV 2020
 * @example
 * const head = subCenterArcFace({ centers: 2 });
 */
export function subCenterArcFace(options: SubCenterArcFaceOptions = {}): Head {
  const { centers = 3, ...arcFaceOptions } = options;
  checkRange('subCenterArcFace', 'centers', centers, { from: 1, integer: true });
  const { config } = arcFace(arcFaceOptions);
  const { scale } = config as { scale: number };
  return {
    name: 'subcenter-arcface',
    config: { ...config, centers },
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
        return { losses: marginCrossEntropy(logits, labels, arcFaceMargin(arcFaceOptions)), logits };
      }),
  };
}
