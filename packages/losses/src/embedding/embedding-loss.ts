import type * as tf from '@tensorflow/tfjs-core';

/**
 * A loss that compares the embeddings of a batch with one another: no class weights, no logits. It gives one loss per
 * sample, the terms whose anchor that sample is, scaled so that `tf.mean(losses)` is the batch's loss as the paper
 * defines it. A batch without a pair to compare has losses and gradients of 0.
 */
export interface EmbeddingLoss {
  /** The name that `headByName` knows: `triplet`, `circle`. */
  readonly name: string;
  /** Every option, defaults filled in; plain JSON. */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * @param embeddings `[B, D]` float32. @param labels `[B]` int32; equal numbers are one identity.
   * @returns `[B]`; the caller disposes of it.
   * @throws {InvalidArgumentError} if ranks, dtypes or sizes do not fit.
   */
  losses(embeddings: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D;
}
