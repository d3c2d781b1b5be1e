import type { Head, HeadResult } from '../heads/head.ts';
import { type HardMiningOptions, hardMiningConfig, hardMiningLoss } from './hard-mining-loss.ts';
import { wrapHead } from './wrap-head.ts';

/**
 * Any head with the hard-mining loss on top: the same parameters and logits, each loss multiplied by its gate. See
 * {@link hardMiningLoss} for the formula and the options.
 *
 * @example
 * const head = hardMining(arcFace());
 */
export function hardMining(head: Head, options: HardMiningOptions = {}): Head {
  const hardMining = hardMiningConfig(options);
  const change = (result: HeadResult) => ({ ...result, losses: hardMiningLoss(result.losses, hardMining) });
  return wrapHead(head, 'hm-', { hardMining }, change, hardMining.over === 'batch');
}
