import { checkArguments } from '@hm/tensor/host';
import { rocCurve } from './curve.ts';
import type { ScoredPairs } from './scored-pairs.ts';

/**
 * Computes the rate at which false accepts equal false rejects, `FAR = 1 - TAR`, with linear interpolation on the
 * ROC.
 *
 * @throws {InvalidArgumentError} unless there is a genuine and an impostor pair.
 * @example
 * equalErrorRate({ distances: [0.1, 0.6, 0.4, 0.9], same: [true, true, false, false] }); // 0.5
 */
export function equalErrorRate(pairs: ScoredPairs): number {
  checkArguments('equalErrorRate', { pairs }, { pairs: { has: ['distances', 'same'] } });
  const { far, tar } = rocCurve(pairs);
  const excess = far.map((rate, k) => rate - (1 - tar[k]!));
  const after = excess.findIndex((value) => value >= 0);
  const [from, to] = [excess[after - 1]!, excess[after]!];
  const share = from / (from - to);
  return far[after - 1]! + share * (far[after]! - far[after - 1]!);
}
