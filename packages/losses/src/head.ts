import type { Params, Rng } from '@hm/tensor';
import type * as tf from '@tensorflow/tfjs-core';

/** Arguments for creating a loss head's parameters. */
export interface HeadSize {
  /** C, the number of identities. */
  classes: number;
  /** D, the length of an embedding. */
  embeddingSize: number;
}

/** Result of a head. The caller disposes of it. It is a type, not an interface, so that `tf.tidy` accepts it. */
export type HeadResult = {
  /** `[B]`, one loss per sample. The caller reduces them. */
  losses: tf.Tensor1D;
  /**
   * `[B, C]`, the scores of the classes WITHOUT the margin, so that their arg max gives the training accuracy. Absent
   * if the head compares embeddings with each other instead of with classes.
   */
  logits?: tf.Tensor2D;
  /**
   * A scalar for the batch as a whole, such as a regularizer. The training loss is `mean(losses) + penalty`. Hard
   * mining does not change it.
   */
  penalty?: tf.Scalar;
  /** The statistics after this batch, with the same names and shapes. Present if the head has any. */
  statistics?: Params;
};

/**
 * A head as plain JSON: its name, all its options with defaults filled in, and the head that it wraps.
 *
 * @example
 * hardMining(arcFace({ scale: 32 })).config;
 * // { name: 'hard-mining', alpha: 1.5, …, of: { name: 'arcface', scale: 32, … } }
 */
export interface HeadConfig {
  /** Name of the head, loss, decorator or addition. */
  readonly name: string;
  /** The head that a decorator such as hard mining wraps. */
  readonly of?: HeadConfig;
  /** The loss on embeddings that `joint` adds. */
  readonly add?: HeadConfig;
  readonly [option: string]: unknown;
}

/** A loss head, the last layer in training: usually class weights, and a loss per sample. */
export interface Head {
  /** The configuration, for `headFromConfig`. Your own head has a name and whatever should be recorded. */
  readonly config: HeadConfig;
  /**
   * True if a sample's loss or a statistic depends on the other samples of its batch, as when embeddings are compared.
   * Processes that share a batch then each compute the head on the whole batch. Default false: given a part of a batch,
   * the head returns the losses of that part.
   */
  readonly needsWholeBatch?: boolean;
  /** The head that a decorator such as `hardMining` wraps. */
  readonly of?: Head;
  /** Returns new parameters, usually `weight` `[C, D]` drawn from N(0, 0.01²). The caller disposes of them. */
  init(rng: Rng, size: HeadSize): Params;
  /** Returns new statistics, values learned without a gradient, such as a moving average. Absent if there are none. */
  initStatistics?(rng: Rng, size: HeadSize): Params;
  /**
   * Computes the losses of a batch.
   *
   * @param embeddings `[B, D]` float32. @param labels `[B]` int32, each in `[0, C)`.
   * @param step the iteration, counted from 0, for margins that change; a scalar tensor if the step is traced.
   * @param statistics from `initStatistics` or from the previous step; only for heads that have some.
   * @throws {InvalidArgumentError} if ranks, dtypes or sizes do not fit, or if a label is out of range (checked where
   * reading values is free).
   */
  losses(
    params: Params,
    embeddings: tf.Tensor2D,
    labels: tf.Tensor1D,
    step: number | tf.Scalar,
    statistics?: Params,
  ): HeadResult;
}
