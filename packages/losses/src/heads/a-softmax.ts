import { unitWeightLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { annealedMargin, lengths } from '../core/annealed-margin.ts';
import { type Annealing, annealed, checkAnnealing } from '../core/annealing.ts';
import { checkChoice, checkInputs, checkRange } from '../core/check.ts';
import { classWeights } from '../core/class-weights.ts';
import { marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import type { Head } from './head.ts';

/** What {@link aSoftmax} takes. */
export interface ASoftmaxOptions {
  /** m, the integer that multiplies the target's angle. Default 4. */
  m?: number;
  /**
   * λ, the weight of the plain logit beside the margin's: a number, or a schedule. Default
   * `{ base: 1000, gamma: 0.12, power: 1, min: 5 }`, the authors': the first λ is 1000/1.12, the floor is reached at 1659.
   */
  lambda?: Annealing | number;
  /**
   * `exact` (default) is the loss's true gradient. `sphereface` is the authors' code: the margin part's derivatives
   * `(coeff_w, coeff_x)` with respect to the product and, along x, to the norm are divided by their Euclidean length.
   * The class weights get the same factor, as the authors' notes say (their code gives them the factor 1).
   */
  gradient?: 'exact' | 'sphereface';
}

/**
 * A-Softmax (SphereFace): the target logit is `‖x‖·(ψ(θ) + λ·cos θ)/(1 + λ)`, the others `‖x‖·cos θ`, with
 * `ψ(θ) = (−1)^k·cos(mθ) − 2k` on `[kπ/m, (k+1)π/m]`. Class weights are normalised, embeddings are not.
 *
 * @throws {InvalidArgumentError} unless m is a positive integer and λ's numbers are not negative.
 * @see W. Liu et al., SphereFace, CVPR 2017
 * @example
 * const head = aSoftmax({ lambda: 5 });
 */
export function aSoftmax(options: ASoftmaxOptions = {}): Head {
  const {
    m = 4,
    lambda = { base: 1000, gamma: 0.12, power: 1, min: 5 },
    gradient: convention = 'exact',
  } = options;
  checkRange('aSoftmax', 'm', m, { from: 1, integer: true });
  checkAnnealing('aSoftmax', lambda);
  checkChoice('aSoftmax', 'gradient', convention, ['exact', 'sphereface']);
  return {
    name: 'asoftmax',
    config: { m, lambda, gradient: convention },
    init: (rng, size) => ({ weight: classWeights(rng, size) }),
    losses: (params, embeddings, labels, step) =>
      tf.tidy(() => {
        const logits = unitWeightLogits(embeddings, checkInputs('aSoftmax', params, embeddings, labels));
        const margin = annealedMargin(m, annealed(lambda, step), convention === 'sphereface');
        return { losses: marginCrossEntropy(logits, labels, margin, [lengths(embeddings, 1)]), logits };
      }),
  };
}
