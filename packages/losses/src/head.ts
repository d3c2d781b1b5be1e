import type { Params, Rng } from '@hm/tensor';
import type * as tf from '@tensorflow/tfjs-core';

/** Arguments for creating a loss head's parameters. */
export interface HeadSize {
  /** C, the number of identities. */
  classes: number;
  /** D, the length of an embedding. */
  embeddingSize: number;
}

/** What a head returns; the caller disposes of it. A type, not an interface, so that `tf.tidy` takes it. */
export type HeadResult = {
  /** `[B]`, one loss per sample: reduction is the caller's. */
  losses: tf.Tensor1D;
  /**
   * `[B, C]`, what the classes score WITHOUT the margin, so that their arg max gives the training accuracy. Absent where
   * a head compares embeddings with each other instead of with classes.
   */
  logits?: tf.Tensor2D;
  /**
   * A scalar that belongs to the batch as a whole, such as a regularizer: the training loss is `mean(losses) + penalty`.
   * Hard mining leaves it alone.
   */
  penalty?: tf.Scalar;
  /** The statistics after this batch, of the same names and shapes; present if the head has any. */
  statistics?: Params;
};

/**
 * A head as plain JSON: its name, every option with the defaults filled in, and what it is put around.
 *
 * @example
 * hardMining(arcFace({ scale: 32 })).config;
 * // { name: 'hard-mining', alpha: 1.5, …, of: { name: 'arcface', scale: 32, … } }
 */
export interface HeadConfig {
  readonly name: string;
  /** The head under a decorator such as hard mining. */
  readonly of?: HeadConfig;
  /** The loss on embeddings that `joint` adds. */
  readonly add?: HeadConfig;
  readonly [option: string]: unknown;
}

/** The last layer of training: class weights, and a loss per sample. */
export interface Head {
  /** What `headFromConfig` makes an equal head of; of a head of your own, a name and whatever should be recorded. */
  readonly config: HeadConfig;
  /**
   * Whether a sample's loss, or a statistic, depends on the other samples of its batch, as where embeddings are compared:
   * processes that share a batch then give each of them all of it. Default false: of a part of a batch the head gives the
   * losses of that part.
   */
  readonly needsWholeBatch?: boolean;
  /** The head that a decorator such as `hardMining` was put around. */
  readonly of?: Head;
  /** New parameters, as a rule `weight` `[C, D]` drawn from N(0, 0.01²). The caller disposes of them. */
  init(rng: Rng, size: HeadSize): Params;
  /** New statistics: what a head learns without a gradient, such as a moving average. Absent if it has none. */
  initStatistics?(rng: Rng, size: HeadSize): Params;
  /**
   * @param embeddings `[B, D]` float32. @param labels `[B]` int32, each in `[0, C)`.
   * @param step the iteration, counted from 0, for margins that change; a scalar tensor where the step is traced.
   * @param statistics what `initStatistics` or the step before returned; only for heads that have some.
   * @throws {InvalidArgumentError} if ranks, dtypes or sizes do not fit, or (where values can be read at no cost) a
   * label is out of range.
   */
  losses(
    params: Params,
    embeddings: tf.Tensor2D,
    labels: tf.Tensor1D,
    step: number | tf.Scalar,
    statistics?: Params,
  ): HeadResult;
}
