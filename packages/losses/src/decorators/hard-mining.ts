import { checkArguments } from '@hm/tensor/host';
import type { Head } from '../head.ts';
import { decorate } from './decorate.ts';
import {
  type HardMiningConfig,
  type HardMiningOptions,
  hardMiningConfig,
  hardMiningLoss,
} from './hard-mining-loss.ts';

const NAME = 'hard-mining';

/**
 * Wraps any head in the hard-mining loss: parameters and logits stay the same, each loss is multiplied by its gate. See
 * {@link hardMiningLoss} for the formula and the options.
 *
 * @example
 * const head = hardMining(arcFace());
 */
export function hardMining(head: Head, options: HardMiningOptions = {}): Head {
  const config = hardMiningConfig(options);
  checkArguments('hardMining', { head }, { head: { has: ['config', 'init'] } });
  return decorate(head, {
    config: { name: NAME, ...config },
    change: (result) => ({ ...result, losses: hardMiningLoss(result.losses, config) }),
    comparesSamples: config.over === 'batch',
  });
}

/**
 * Returns the hard-mining options of a head and the head that hard mining wraps. Undefined if hard mining is not the
 * outermost decorator.
 *
 * @example
 * hardMiningOf(hardMining(arcFace(), { alpha: 2 }))?.config.alpha; // 2
 */
export function hardMiningOf(head: Head): { config: HardMiningConfig; of: Head } | undefined {
  checkArguments('hardMiningOf', { head }, { head: { has: ['config', 'init'] } });
  if (head.config.name !== NAME || head.of === undefined) return undefined;
  const { name: _name, of: _of, ...config } = head.config;
  return { config: config as unknown as HardMiningConfig, of: head.of };
}
