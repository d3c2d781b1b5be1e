import { cosineLogits } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { MarginGradient } from '../core/additive-angle.ts';
import { binaryCrossEntropy } from '../core/binary-cross-entropy.ts';
import { checkChoice, checkInputs, checkRange, checkTensor } from '../core/check.ts';
import { classWeights } from '../core/class-weights.ts';
import { addAtLabels } from '../core/label-entries.ts';
import type { Head } from './head.ts';

/** What {@link sphereFace2} takes. */
export interface SphereFace2Options {
  /** r, the radius of the hypersphere. Default 40. */
  scale?: number;
  /** m, taken from the target's adjusted cosine and added to the others'. Default 0.4. */
  margin?: number;
  /** λ (α in the authors' code), the weight of the target against all others. Default 0.7. */
  balance?: number;
  /** t, how far cosines are adjusted: `g(c) = 2·((c + 1)/2)^t − 1`. Default 3. */
  exponent?: number;
  /** The factor of the whole loss, times 1/r. Default 50. */
  lossWeight?: number;
  /** `detached` (default): adjustment and margin change the logits' values alone, as in the authors' code. `exact`: the gradient too. */
  marginGradient?: MarginGradient;
}

/**
 * SphereFace2, type C: a binary classification per class. With `z_y = r·(g(cos θ_y) − m) + b` and
 * `z_j = r·(g(cos θ_j) + m) + b`, the loss is `(w/r)·(λ·log(1 + e^{−z_y}) + (1 − λ)·Σ_{j≠y} log(1 + e^{z_j}))`.
 * `params.bias` `[1]` begins where the loss of random embeddings is least.
 *
 * @throws {InvalidArgumentError} if an option is out of range.
 * @see Y. Wen et al., SphereFace2: binary classification is all you need for deep face recognition, ICLR 2022
 * @example
 * const head = sphereFace2({ scale: 30 });
 */
export function sphereFace2(options: SphereFace2Options = {}): Head {
  const config = checked(options);
  const { scale, margin, balance, lossWeight } = config;
  return {
    name: 'sphereface2',
    config,
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

type Config = ReturnType<typeof checked>;

/** `r·g(z/r)`, with the slope g' or 1. */
function adjust(logits: tf.Tensor2D, { scale, exponent, marginGradient }: Config): tf.Tensor2D {
  const operation = tf.customGrad((input, save) => {
    const half = tf.add<tf.Tensor>(tf.mul(input as tf.Tensor, 0.5 / scale), 0.5);
    (save as tf.GradSaveFunc)([half]);
    const slopeOf = (half: tf.Tensor) => tf.mul(tf.pow(half, exponent - 1), exponent);
    return {
      value: tf.mul(tf.sub(tf.mul(tf.pow(half, exponent), 2), 1), scale),
      gradFunc: (dy: tf.Tensor, [half]: tf.Tensor[]) =>
        marginGradient === 'exact' ? tf.mul(dy, slopeOf(half!)) : dy,
    };
  });
  return operation(logits) as tf.Tensor2D;
}

/** The minimum over b of the loss at cosines of 0: a quadratic equation in e^b. */
function initialBias({ scale, margin, balance, exponent }: Config, classes: number): number {
  const others = Math.max(1, classes - 1);
  const ratio = balance / ((1 - balance) * others);
  const middle = 2 * 0.5 ** exponent - 1;
  const [own, other] = [scale * (middle - margin), scale * (middle + margin)];
  const root = Math.sqrt((1 - ratio) ** 2 + 4 * ratio * Math.exp(own - other));
  return Math.log(2 * ratio) - other - Math.log(1 - ratio + root);
}

function checked({
  scale = 40,
  margin = 0.4,
  balance = 0.7,
  exponent = 3,
  lossWeight = 50,
  marginGradient = 'detached',
}: SphereFace2Options) {
  checkRange('sphereFace2', 'scale', scale, { above: 0 });
  checkRange('sphereFace2', 'margin', margin, { from: 0, to: 1 });
  checkRange('sphereFace2', 'balance', balance, { above: 0, below: 1 });
  checkRange('sphereFace2', 'exponent', exponent, { from: 1 });
  checkRange('sphereFace2', 'lossWeight', lossWeight, { above: 0 });
  checkChoice('sphereFace2', 'marginGradient', marginGradient, ['exact', 'detached']);
  return { scale, margin, balance, exponent, lossWeight, marginGradient };
}
