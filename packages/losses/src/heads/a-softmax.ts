import { unitWeightLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { annealedMargin, lengths } from '../core/annealed-margin.ts';
import { annealed } from '../core/annealing.ts';
import { checkInputs } from '../core/check.ts';
import { marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link aSoftmax}. */
export const aSoftmaxOptions = optionSpecs({
  m: { default: 4, from: 1, integer: true, doc: "m, the integer that multiplies the target's angle" },
  // The authors' schedule: the first λ is 1000/1.12, and λ reaches its minimum at iteration 1659.
  lambda: {
    annealed: true,
    default: { base: 1000, gamma: 0.12, power: 1, min: 5 },
    doc: 'λ, the weight of the plain logit beside the margin: a number, or max(min, base·(1 + gamma·iteration)^−power)',
  },
  // The margin part has two derivatives (coeff_w, coeff_x): with respect to the product and, along x, to the norm. The
  // authors' code divides both by their Euclidean length. Here the class weights get the same factor, as the authors'
  // notes say (in their code the factor is 1).
  gradient: {
    default: 'exact',
    choices: ['exact', 'sphereface'],
    doc: "the loss's true gradient, or that of the authors' code",
  },
});

/** Options of {@link aSoftmax}; {@link optionsOf} has the defaults. */
export type ASoftmaxOptions = OptionsOf<typeof aSoftmaxOptions>;

/**
 * A-Softmax (SphereFace): the target logit is `‖x‖·(ψ(θ) + λ·cos θ)/(1 + λ)`, the others are `‖x‖·cos θ`, with
 * `ψ(θ) = (−1)^k·cos(mθ) − 2k` on `[kπ/m, (k+1)π/m]`. Class weights are normalised, embeddings are not.
 *
 * @throws {InvalidArgumentError} unless m is a positive integer and the numbers of λ are not negative.
 * @see W. Liu et al., SphereFace, CVPR 2017
 * @example
 * const head = aSoftmax({ lambda: 5 });
 */
export function aSoftmax(options: ASoftmaxOptions = {}): Head {
  const config = resolveOptions('aSoftmax', aSoftmaxOptions, options);
  const { m, lambda, gradient } = config;
  return {
    config: { name: 'a-softmax', ...config },
    init: (rng, size) => ({ weight: classWeights(rng, size) }),
    losses: (params, embeddings, labels, step) =>
      tf.tidy(() => {
        const logits = unitWeightLogits(embeddings, checkInputs('aSoftmax', params, embeddings, labels));
        const margin = annealedMargin(m, annealed(lambda, step), gradient === 'sphereface');
        return { losses: marginCrossEntropy(logits, labels, margin, [lengths(embeddings)]), logits };
      }),
  };
}
