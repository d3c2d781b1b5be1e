import { checkArguments } from '@hm/tensor/host';
import { binomialCdf } from './binomial.ts';

/** Result of McNemar's exact test of two models on the same pairs. */
export interface McNemar {
  /** Number of pairs that only the first model classifies correctly. */
  onlyFirst: number;
  /** Number of pairs that only the second model classifies correctly. */
  onlySecond: number;
  /** Two-sided p-value: how often equally good models would differ at least this much. */
  pValue: number;
}

/**
 * Computes McNemar's exact test: `p = min(1, 2 · P(X ≤ min(b, c)))`, `X ~ Binomial(b + c, ½)`, with b and c the
 * numbers of pairs that only one model classifies correctly. Pairs on which both agree say nothing about which is
 * better.
 *
 * @param first True for each pair that the first model classifies correctly; `second` the same for the second model.
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
