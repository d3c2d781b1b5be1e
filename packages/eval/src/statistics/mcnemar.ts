import { checkArguments } from '@hm/tensor/host';
import { binomialCdf } from './binomial.ts';

/** McNemar's exact test of two models on the same pairs. */
export interface McNemar {
  /** Pairs that only the first model judges rightly. */
  onlyFirst: number;
  /** Pairs that only the second model judges rightly. */
  onlySecond: number;
  /** Two-sided: how often equally good models would differ at least so much. */
  pValue: number;
}

/**
 * `p = min(1, 2 · P(X ≤ min(b, c)))`, `X ~ Binomial(b + c, ½)`: pairs on which both models agree say nothing about
 * which is better.
 *
 * @param first Whether the first model judges each pair rightly; `second` the same pairs.
 * @see McNemar, Psychometrika 12, 1947
 * @example
 * const { pValue } = mcnemar([true, true, false], [true, false, false]); // 1
 */
export function mcnemar(first: readonly boolean[], second: readonly boolean[]): McNemar {
  checkArguments('mcnemar', { first, second }, { first: 'array', second: 'array' });
  const onlyFirst = first.filter((right, pair) => right && !second[pair]).length;
  const onlySecond = second.filter((right, pair) => right && !first[pair]).length;
  const tail = binomialCdf(Math.min(onlyFirst, onlySecond), onlyFirst + onlySecond, 0.5);
  return { onlyFirst, onlySecond, pValue: Math.min(1, 2 * tail) };
}
