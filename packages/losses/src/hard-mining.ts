import * as tf from '@tensorflow/tfjs-core';
import { type HardMiningOptions, hardMiningConfig, hardMiningLoss } from './hard-mining-loss.ts';
import type { Head } from './head.ts';

/**
 * Any head with the hard-mining loss on top: the same parameters and logits, each loss multiplied by its gate. See
 * {@link hardMiningLoss} for the formula and the options.
 *
 * @example
 * const head = hardMining(arcFace());
 */
export function hardMining(head: Head, options: HardMiningOptions = {}): Head {
  const config = hardMiningConfig(options);
  return {
    name: `hm-${head.name}`,
    config: { ...head.config, hardMining: config },
    init: head.init,
    losses: (...inputs) =>
      tf.tidy(() => {
        const { losses, logits } = head.losses(...inputs);
        return { losses: hardMiningLoss(losses, config), logits };
      }),
  };
}
