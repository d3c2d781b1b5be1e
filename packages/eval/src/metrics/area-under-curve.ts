import { checkArguments } from '@hm/tensor/host';
import { curvePoints } from './curve.ts';
import type { ScoredPairs } from './scored-pairs.ts';

/**
 * Computes the area under the ROC by trapezoids, which equals the Mann–Whitney statistic: the probability that a
 * genuine pair is closer than an impostor pair, with ties counted half. It is exact, because the sum is of integers.
 *
 * @throws {InvalidArgumentError} unless there is a genuine and an impostor pair.
 * @example
 * areaUnderCurve({ distances: [0.1, 0.5, 0.5, 0.9], same: [true, true, false, false] }); // 0.875
 */
export function areaUnderCurve(pairs: ScoredPairs): number {
  checkArguments('areaUnderCurve', { pairs }, { pairs: { has: ['distances', 'same'] } });
  const { falseAccepts, trueAccepts, genuine, impostors } = curvePoints(pairs);
  let twice = 0;
  for (let k = 1; k < falseAccepts.length; k++) {
    twice += (falseAccepts[k]! - falseAccepts[k - 1]!) * (trueAccepts[k]! + trueAccepts[k - 1]!);
  }
  return twice / (2 * genuine * impostors);
}
