import { InvalidArgumentError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Throws unless embeddings are a float32 matrix and labels int32, one per row. */
export function checkEmbeddings(where: string, embeddings: tf.Tensor2D, labels: tf.Tensor1D): void {
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
