import * as tf from '@tensorflow/tfjs-core';
import { annealedMargin, lengths } from '../core/annealed-margin.ts';
import { annealed } from '../core/annealing.ts';
import { checkInputs } from '../core/check.ts';
import { marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link lSoftmax}. */
export const lSoftmaxOptions = optionSpecs({
  m: { default: 4, from: 1, integer: true, doc: "m, the integer that multiplies the target's angle" },
  // From the authors' example. On hard data they advise a `min` of 5 to 10.
  lambda: {
    annealed: true,
    default: { base: 1000, gamma: 0.000025, power: 35, min: 0 },
    doc: 'λ, the weight of the plain logit beside the margin: a number, or max(min, base·(1 + gamma·iteration)^−power)',
  },
});

/** Options of {@link lSoftmax}; {@link optionsOf} has the defaults. */
export type LSoftmaxOptions = OptionsOf<typeof lSoftmaxOptions>;

/**
 * L-Softmax: the target logit is `‖x‖·‖w_y‖·(ψ(θ) + λ·cos θ)/(1 + λ)`, the others are `x·w_j`, with
 * `ψ(θ) = (−1)^k·cos(mθ) − 2k` on `[kπ/m, (k+1)π/m]`. Neither embeddings nor class weights are normalised.
 *
 * @throws {InvalidArgumentError} unless m is a positive integer and the numbers of λ are not negative.
 * @see W. Liu et al., Large-margin softmax loss, ICML 2016
 * @example
 * const head = lSoftmax({ m: 2, lambda: 0 });
 */
export function lSoftmax(options: LSoftmaxOptions = {}): Head {
  const config = resolveOptions('lSoftmax', lSoftmaxOptions, options);
  const { m, lambda } = config;
  return {
    config: { name: 'l-softmax', ...config },
    init: (rng, size) => ({ weight: classWeights(rng, size) }),
    losses: (params, embeddings, labels, step) =>
      tf.tidy(() => {
        const weight = checkInputs('lSoftmax', params, embeddings, labels);
        const logits = tf.matMul(embeddings, weight, false, true) as tf.Tensor2D;
        const products = tf.mul<tf.Tensor1D>(lengths(embeddings), tf.gather(lengths(weight), labels));
        const margin = annealedMargin(m, annealed(lambda, step));
        return { losses: marginCrossEntropy(logits, labels, margin, [products]), logits };
      }),
  };
}
