import { InvalidArgumentError, l2Normalize } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import type { Head, HeadConfig } from '../head.ts';

/**
 * A loss that compares the embeddings of a batch with one another, without class weights or logits. It returns one loss
 * per sample: the sum of the terms with that sample as the anchor, scaled so that `tf.mean(losses)` is the batch's loss
 * as the paper defines it. A batch without a pair to compare has losses and gradients of 0.
 */
export interface EmbeddingLoss {
  /** The loss's name and all its options, with defaults filled in, as plain JSON. */
  readonly config: HeadConfig;
  /**
   * Computes the loss of each sample.
   *
   * @param embeddings `[B, D]` float32. @param labels `[B]` int32; equal numbers are one identity.
   * @returns `[B]`; the caller disposes of it.
   * @throws {InvalidArgumentError} if ranks, dtypes or sizes do not fit.
   */
  losses(embeddings: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D;
}

/**
 * Makes a head from an embedding loss alone. It has no parameters, and its results have no logits.
 *
 * @example
 * const head = hardMining(embeddingHead(triplet()));
 */
export const embeddingHead = (loss: EmbeddingLoss): Head => {
  checkArguments('embeddingHead', { loss }, { loss: { has: ['config', 'losses'] } });
  return {
    config: loss.config,
    needsWholeBatch: true,
    init: () => ({}),
    losses: (_params, embeddings, labels) => ({ losses: loss.losses(embeddings, labels) }),
  };
};

/** Makes an embedding loss that checks its inputs and disposes of intermediate tensors. */
export const embeddingLoss = (config: HeadConfig, compute: EmbeddingLoss['losses']): EmbeddingLoss => ({
  config,
  losses: (embeddings, labels) =>
    tf.tidy(() => {
      assertEmbeddings(config.name, embeddings, labels);
      return compute(embeddings, labels);
    }),
});

/** Returns the embeddings normalised to length 1, or unchanged if `normalize` is false. */
export const unitIf = (normalize: boolean, embeddings: tf.Tensor2D): tf.Tensor2D =>
  normalize ? l2Normalize(embeddings) : embeddings;

function assertEmbeddings(where: string, embeddings: tf.Tensor2D, labels: tf.Tensor1D): void {
  if (!(embeddings instanceof tf.Tensor) || embeddings.rank !== 2 || embeddings.dtype !== 'float32')
    throw invalid(where, 'embeddings to be a float32 matrix [B, D]', embeddings);
  const [batch] = embeddings.shape;
  if (!(labels instanceof tf.Tensor) || labels.dtype !== 'int32' || String(labels.shape) !== String([batch]))
    throw invalid(where, `labels [${batch}] int32`, labels);
}

const invalid = (where: string, expected: string, received: unknown) =>
  new InvalidArgumentError({
    where,
    expected,
    received:
      received instanceof tf.Tensor ? `[${received.shape.join(', ')}] ${received.dtype}` : typeof received,
    fix: 'Pass embeddings [B, D] float32 and labels [B] int32, one per embedding.',
  });
