import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import type { Head } from '../heads/head.ts';
import type { EmbeddingLoss } from './embedding-loss.ts';

/** A loss that {@link joint} adds, and its weight λ. */
export interface WeightedLoss {
  loss: EmbeddingLoss;
  /** λ, not negative. */
  weight: number;
}

/**
 * A head with embedding losses added, sample by sample: `L_head + Σ λ·L`. Parameters, logits and statistics are the
 * head's. Its name lists them all, `ce+marginal`; its configuration holds theirs by name.
 *
 * @throws {InvalidArgumentError} if a weight is negative or no number.
 * @example
 * const head = joint(softmax(), [{ loss: marginalLoss(), weight: 1 }]);
 */
export function joint(head: Head, additions: readonly WeightedLoss[]): Head {
  for (const { weight } of additions) checkRange('joint', 'weight', weight, { from: 0 });
  const configs = additions.map(({ loss, weight }) => [loss.name, { ...loss.config, weight }]);
  return {
    ...head,
    name: [head.name, ...additions.map(({ loss }) => loss.name)].join('+'),
    config: { ...head.config, ...Object.fromEntries(configs) },
    needsWholeBatch: true,
    losses: (...inputs) =>
      tf.tidy(() => {
        const [, embeddings, labels] = inputs;
        const result = head.losses(...inputs);
        const added = additions.map(({ loss, weight }) => tf.mul(loss.losses(embeddings, labels), weight));
        return { ...result, losses: added.reduce<tf.Tensor1D>((sum, x) => tf.add(sum, x), result.losses) };
      }),
  };
}
