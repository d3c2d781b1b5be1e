import { cosineLogits, customGradient } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { binaryCrossEntropy } from '../core/binary-cross-entropy.ts';
import { checkInputs, checkTensor } from '../core/check.ts';
import { addAtLabels } from '../core/label-entries.ts';
import { type ConfigOf, type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { classWeights } from './class-weights.ts';

/** Specifications of the options of {@link sphereFace2}. */
export const sphereFace2Options = optionSpecs({
  scale: { default: 40, above: 0, doc: 'r, the radius of the hypersphere' },
  margin: {
    default: 0.4,
    from: 0,
    to: 1,
    doc: "m, taken from the target's adjusted cosine and added to the others'",
  },
  balance: {
    default: 0.7,
    above: 0,
    below: 1,
    doc: "λ (α in the authors' code), the weight of the target against all others",
  },
  exponent: { default: 3, from: 1, doc: 't, how far cosines are adjusted: g(c) = 2·((c + 1)/2)^t − 1' },
  lossWeight: { default: 50, above: 0, doc: 'w, the factor of the whole loss, times 1/r' },
  marginGradient: {
    default: 'detached',
    choices: ['exact', 'detached'],
    doc: "adjustment and margin change the logits' values alone, as in the authors' code, or the gradient too",
  },
});

/** Options of {@link sphereFace2}; {@link optionsOf} has the defaults. */
export type SphereFace2Options = OptionsOf<typeof sphereFace2Options>;

/**
 * SphereFace2, type C: a binary classification per class. With `z_y = r·(g(cos θ_y) − m) + b` and
 * `z_j = r·(g(cos θ_j) + m) + b`, the loss is `(w/r)·(λ·log(1 + e^{−z_y}) + (1 − λ)·Σ_{j≠y} log(1 + e^{z_j}))`.
 * The initial value of `params.bias` `[1]` minimises the loss of random embeddings.
 *
 * @throws {InvalidArgumentError} if an option is out of range.
 * @see Y. Wen et al., SphereFace2: binary classification is all you need for deep face recognition, ICLR 2022
 * @example
 * const head = sphereFace2({ scale: 30 });
 */
export function sphereFace2(options: SphereFace2Options = {}): Head {
  const config = resolveOptions('sphereFace2', sphereFace2Options, options);
  const { scale, margin, balance, lossWeight } = config;
  return {
    config: { name: 'sphereface2', ...config },
    init: (rng, size) => ({
      weight: classWeights(rng, size),
      bias: tf.tensor1d([initialBias(config, size.classes)]),
    }),
    losses: (params, embeddings, labels) =>
      tf.tidy(() => {
        const weight = checkInputs('sphereFace2', params, embeddings, labels);
        const bias = checkTensor<tf.Tensor1D>('sphereFace2', 'params.bias', params, [1]);
        const logits = cosineLogits(embeddings, weight, scale);
        const adjusted = tf.add<tf.Tensor2D>(adjust(logits, config), tf.add(bias, scale * margin));
        const shifted = addAtLabels(adjusted, labels, tf.fill([labels.size], -2 * scale * margin));
        const share = lossWeight / scale;
        const weights = { positive: share * balance, negative: share * (1 - balance) };
        return { losses: binaryCrossEntropy(shifted, labels, weights), logits };
      }),
  };
}

type Config = ConfigOf<typeof sphereFace2Options>;

/** Returns `r·g(z/r)`, whose gradient has the slope g', or 1 if detached. */
function adjust(logits: tf.Tensor2D, { scale, exponent, marginGradient }: Config): tf.Tensor2D {
  return customGradient(
    { logits },
    {
      forward: ({ logits }) => {
        const half = tf.add<tf.Tensor>(tf.mul(logits, 0.5 / scale), 0.5);
        const value = tf.mul<tf.Tensor2D>(tf.sub(tf.mul(tf.pow(half, exponent), 2), 1), scale);
        return { value, saved: { half } };
      },
      backward: (dy, { half }) => ({
        logits: marginGradient === 'exact' ? tf.mul(dy, tf.mul(tf.pow(half, exponent - 1), exponent)) : dy,
      }),
    },
  );
}

/** Returns the b that minimises the loss at cosines of 0, the solution of a quadratic equation in e^b. */
function initialBias({ scale, margin, balance, exponent }: Config, classes: number): number {
  const others = Math.max(1, classes - 1);
  const ratio = balance / ((1 - balance) * others);
  const middle = 2 * 0.5 ** exponent - 1;
  const [own, other] = [scale * (middle - margin), scale * (middle + margin)];
  const root = Math.sqrt((1 - ratio) ** 2 + 4 * ratio * Math.exp(own - other));
  return Math.log(2 * ratio) - other - Math.log(1 - ratio + root);
}
