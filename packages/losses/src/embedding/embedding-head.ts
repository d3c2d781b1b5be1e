import type { Head } from '../heads/head.ts';
import type { EmbeddingLoss } from './embedding-loss.ts';

/**
 * A head of an embedding loss alone: it has no parameters and scores no classes, so its results have no logits.
 *
 * @example
 * const head = hardMining(embeddingHead(triplet()));
 */
export const embeddingHead = (loss: EmbeddingLoss): Head => ({
  name: loss.name,
  config: loss.config,
  needsWholeBatch: true,
  init: () => ({}),
  losses: (_params, embeddings, labels) => ({ losses: loss.losses(embeddings, labels) }),
});
