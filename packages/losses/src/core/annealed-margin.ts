import * as tf from '@tensorflow/tfjs-core';
import { angularMargin } from './angular-margin.ts';
import type { Margin } from './margin-cross-entropy.ts';

const NORM_EPSILON = 1e-12;

/** Returns the lengths of a matrix's rows. Value and gradient are finite at the zero vector. */
export const lengths = (vectors: tf.Tensor2D): tf.Tensor1D =>
  tf.sqrt(tf.add<tf.Tensor1D>(tf.sum(tf.square(vectors), 1), NORM_EPSILON));

/**
 * The margin of L-Softmax and A-Softmax. With `t = n·cos θ`, where n is the product of the lengths that are not
 * normalised away, the value is `(n·ψ(θ) + λt)/(1 + λ)`. Its slopes are `(ψ' + λ)/(1 + λ)` with respect to t and
 * `(ψ − cos θ·ψ')/(1 + λ)` with respect to n.
 *
 * @param unitCoefficients divides the margin's slopes by their Euclidean length, as the authors' code does.
 */
export const annealedMargin =
  (m: number, lambda: number | tf.Tensor, unitCoefficients = false): Margin =>
  (logit, length) => {
    const n = length as tf.Tensor1D;
    const cosine = tf.clipByValue(tf.div<tf.Tensor1D>(logit, n), -1, 1);
    const { value: psi, slope: psiSlope } = angularMargin(cosine, m);
    const alongLength = tf.sub<tf.Tensor1D>(psi, tf.mul(cosine, psiSlope));
    const share = tf.div(1, tf.add(lambda, 1));
    const divisor = unitCoefficients ? coefficientLength(psiSlope, tf.div(alongLength, n)) : 1;
    return {
      value: tf.mul(tf.add(tf.mul(n, psi), tf.mul(logit, lambda)), share),
      slope: tf.mul(tf.add(tf.div(psiSlope, divisor), lambda), share),
      inputSlopes: [tf.mul(tf.div(alongLength, divisor), share)],
    };
  };

const coefficientLength = (onWeight: tf.Tensor, onEmbedding: tf.Tensor): tf.Tensor =>
  tf.sqrt(tf.add(tf.add(tf.square(onWeight), tf.square(onEmbedding)), NORM_EPSILON));
