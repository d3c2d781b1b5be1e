import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import { initOf } from '../decorators/decorate.ts';
import type { Head } from '../head.ts';
import type { EmbeddingLoss } from './embedding-loss.ts';

/** Specifications of the options of a loss that {@link joint} adds. */
export const jointOptions = optionSpecs({
  weight: { default: 1, from: 0, doc: "λ, the weight of the added loss beside the head's" },
});

/** A loss that {@link joint} adds, and its weight. */
export interface WeightedLoss extends OptionsOf<typeof jointOptions> {
  /** The loss to add. */
  loss: EmbeddingLoss;
}

/**
 * Adds embedding losses to a head, sample by sample: `L_head + Σ λ·L`. Parameters, logits and statistics are those of
 * the head. In the configuration, each addition is nested in the next one.
 *
 * @throws {InvalidArgumentError} if a weight is negative or not a number.
 * @example
 * const head = joint(softmax(), [{ loss: marginalLoss() }, { loss: contrastive(), weight: 0.05 }]);
 */
export const joint = (head: Head, additions: readonly WeightedLoss[]): Head => {
  checkArguments('joint', { head, additions }, { head: { has: ['config', 'init'] }, additions: 'array' });
  return additions.reduce(withLoss, head);
};

function withLoss(head: Head, { loss, ...options }: WeightedLoss): Head {
  const { weight } = resolveOptions('joint', jointOptions, options);
  return {
    ...initOf(head),
    config: { name: 'joint', weight, add: loss.config, of: head.config },
    of: head,
    needsWholeBatch: true,
    losses: (...inputs) =>
      tf.tidy(() => {
        const [, embeddings, labels] = inputs;
        const result = head.losses(...inputs);
        const added = tf.mul(loss.losses(embeddings, labels), weight);
        return { ...result, losses: tf.add<tf.Tensor1D>(result.losses, added) };
      }),
  };
}
