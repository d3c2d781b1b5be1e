import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';
import { InvalidArgumentError } from '../errors.ts';
import { allReduce, currentRanks, meanOverRanks } from './across-ranks.ts';
import { customGradient } from './custom-gradient.ts';
import { withoutGradient } from './without-gradient.ts';

/** Feature maps `[B, H, W, C]` or vectors `[B, C]`. */
export type Features = tf.Tensor4D | tf.Tensor2D;

/** Result of {@link batchNormTrain}. */
export interface BatchNormTrainResult<T extends Features> {
  /** `gamma·(x − mean)/sqrt(variance + epsilon) + beta`, the shape of `x`. */
  output: T;
  /** The batch's mean per channel, `[C]`; no gradient flows through it. */
  mean: tf.Tensor1D;
  /** The batch's biased variance per channel, `[C]`; no gradient flows through it. */
  variance: tf.Tensor1D;
  /** Number of values per channel behind the statistics: `B·H·W`, over all ranks if they are synchronised. */
  count: number;
}

/**
 * Applies batch normalisation with the batch's own statistics, computed in one pass:
 * `variance = max(mean(x²) − mean², 0)`. The gradient of `x` is one affine expression per channel, `a·dy + b·x + c`.
 *
 * Within `acrossRanks` with synchronised statistics, the statistics and the gradient of `x` are those of the batch of
 * all ranks; the gradients of gamma and beta remain this rank's own part.
 *
 * @param x `[B, H, W, C]` or `[B, C]` float32.
 * @param gamma `[C]`, the scale. @param beta `[C]`, the offset.
 * @throws {InvalidArgumentError} if `x` has another rank.
 * @see S. Ioffe and C. Szegedy, Batch normalization, ICML 2015
 * @example
 * const { output, mean, variance } = batchNormTrain(x, gamma, beta);
 */
export function batchNormTrain<T extends Features>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon = 1e-5,
): BatchNormTrainResult<T> {
  checkArguments(
    'batchNormTrain',
    { x, gamma, beta },
    { x: 'object', gamma: { has: ['shape', 'dtype'] }, beta: { has: ['shape', 'dtype'] } },
  );
  checkRank(x);
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const scope = scopeOf(x);
  const mean = withoutGradient(() => scope.mean(tf.mean<tf.Tensor1D>(x, axes)));
  const variance = withoutGradient(() =>
    tf.relu(tf.sub<tf.Tensor1D>(scope.mean(tf.mean(tf.square(x), axes)), tf.square(mean))),
  );
  const output = customGradient(
    { x, gamma, beta },
    {
      forward: ({ x, gamma, beta }) => ({
        value: tf.batchNorm(x, mean, variance, beta, gamma, epsilon) as T,
        saved: { x, mean, variance, gamma },
      }),
      backward: (dy, saved) => gradient(dy, saved, axes, epsilon, scope),
    },
  );
  return { output, mean, variance, count: scope.count };
}

/** Where the statistics come from: this rank, or all ranks. */
interface Scope {
  /** Number of values per channel. */
  count: number;
  mean<T extends tf.Tensor>(x: T): T;
  sum<T extends tf.Tensor>(x: T): T;
}

function scopeOf(x: Features): Scope {
  const count = x.size / x.shape.at(-1)!;
  const ranks = currentRanks();
  if (ranks?.batchNorm !== 'synchronized') return { count, mean: (own) => own, sum: (own) => own };
  return { count: count * ranks.count, mean: meanOverRanks, sum: allReduce };
}

function gradient(
  dy: tf.Tensor,
  { x, mean, variance, gamma }: Record<'x' | 'mean' | 'variance' | 'gamma', tf.Tensor>,
  axes: number[],
  epsilon: number,
  { count, sum }: Scope,
) {
  const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
  const [ownBeta, ownProduct] = [tf.sum(dy, axes), tf.sum(tf.mul(dy, x), axes)];
  const gammaOf = (product: tf.Tensor, beta: tf.Tensor) =>
    tf.mul(inverseDeviation, tf.sub(product, tf.mul(mean, beta)));
  const betaGradient = sum(ownBeta);
  const gammaGradient = gammaOf(sum(ownProduct), betaGradient);
  const a = tf.mul(gamma, inverseDeviation);
  const b = tf.mul(tf.mul(a, inverseDeviation), tf.mul(gammaGradient, -1 / count));
  const c = tf.sub(tf.mul(tf.mul(a, betaGradient), -1 / count), tf.mul(b, mean));
  const own = betaGradient === ownBeta ? gammaGradient : gammaOf(ownProduct, ownBeta);
  return { x: tf.add(perChannel(dy, a, c), perChannel(x, b)), gamma: own, beta: ownBeta };
}

/** `slope·x + intercept` per channel, expressed as a batch normalisation because every backend has a fast one. */
function perChannel(x: tf.Tensor, slope: tf.Tensor, intercept: tf.Tensor = tf.zerosLike(slope)): tf.Tensor {
  const features = x as tf.Tensor4D | tf.Tensor2D;
  const [mean, variance] = [tf.zerosLike(slope), tf.onesLike(slope)] as [tf.Tensor1D, tf.Tensor1D];
  return tf.batchNorm(
    features as tf.Tensor4D,
    mean,
    variance,
    intercept as tf.Tensor1D,
    slope as tf.Tensor1D,
    0,
  );
}

/**
 * Applies batch normalisation with given statistics: `gamma·(x − mean)/sqrt(variance + epsilon) + beta`.
 *
 * @param x `[B, H, W, C]` or `[B, C]` float32; the other tensors are `[C]`.
 * @throws {InvalidArgumentError} if `x` has another rank.
 */
export function batchNormInference<T extends Features>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  epsilon = 1e-5,
): T {
  checkArguments(
    'batchNormInference',
    { x, gamma, beta, mean, variance },
    {
      x: 'object',
      gamma: { has: ['shape', 'dtype'] },
      beta: { has: ['shape', 'dtype'] },
      mean: { has: ['shape', 'dtype'] },
      variance: { has: ['shape', 'dtype'] },
    },
  );
  checkRank(x);
  return tf.batchNorm(x, mean, variance, beta, gamma, epsilon) as T;
}

function checkRank(x: Features): void {
  if (x.rank === 2 || x.rank === 4) return;
  throw new InvalidArgumentError({
    where: 'batch normalisation',
    expected: 'a tensor [B, H, W, C] or [B, C]',
    received: `shape [${(x as tf.Tensor).shape.join(', ')}]`,
    fix: 'Reshape the features first.',
  });
}
