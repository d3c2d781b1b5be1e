import { unitWeightLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { angularMargin } from './angular-margin.ts';
import { type Annealing, annealed, checkAnnealing } from './annealing.ts';
import { checkChoice, checkInputs, checkRange } from './check.ts';
import { classWeights } from './class-weights.ts';
import type { Head } from './head.ts';
import { type Margin, marginCrossEntropy } from './margin-cross-entropy.ts';

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

const NORM_EPSILON = 1e-12;

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
        const norms = tf.sqrt(tf.add(tf.sum(tf.square(embeddings), 1), NORM_EPSILON)) as tf.Tensor1D;
        const margin = annealedMargin(m, annealed(lambda, step), convention === 'sphereface');
        return { losses: marginCrossEntropy(logits, labels, margin, [norms]), logits };
      }),
  };
}

/** With `t = ‖x‖·cos θ` and `n = ‖x‖`: value `(n·ψ + λt)/(1 + λ)`, slopes `(ψ' + λ)/(1 + λ)` and `(ψ − cψ')/(1 + λ)`. */
const annealedMargin =
  (m: number, lambda: number | tf.Tensor, normalised: boolean): Margin =>
  (logit, norm) => {
    const length = norm as tf.Tensor1D;
    const cosine = tf.clipByValue(tf.div<tf.Tensor1D>(logit, length), -1, 1);
    const { value: psi, slope: psiSlope } = angularMargin(cosine, m);
    const alongNorm = tf.sub<tf.Tensor1D>(psi, tf.mul(cosine, psiSlope));
    const share = tf.div(1, tf.add(lambda, 1));
    const divisor = normalised ? coefficientLength(psiSlope, tf.div(alongNorm, length)) : 1;
    return {
      value: tf.mul(tf.add(tf.mul(length, psi), tf.mul(logit, lambda)), share),
      slope: tf.mul(tf.add(tf.div(psiSlope, divisor), lambda), share),
      inputSlopes: [tf.mul(tf.div(alongNorm, divisor), share)],
    };
  };

const coefficientLength = (onWeight: tf.Tensor, onEmbedding: tf.Tensor): tf.Tensor =>
  tf.sqrt(tf.add(tf.add(tf.square(onWeight), tf.square(onEmbedding)), NORM_EPSILON));
