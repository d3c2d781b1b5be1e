import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { PairScore, VerificationResult } from '../verification/verification-result.ts';
import type { Interval } from './binomial.ts';
import { type BootstrapOptions, bootstrap, bootstrapOptions } from './bootstrap.ts';
import { type McNemar, mcnemar } from './mcnemar.ts';

/** Comparison of two models on the same pairs. */
export interface Comparison extends McNemar {
  first: string;
  second: string;
  pairs: number;
  /**
   * Difference of the accuracies over all pairs, second minus first. Each pair is classified with its fold's
   * threshold.
   */
  accuracyDifference: number;
  /** Interval of that difference, by a bootstrap over the pairs. */
  interval: Interval;
}

/**
 * Tests whether one model is better than another on the same pairs, by McNemar's exact test and a paired bootstrap.
 * This is far more sensitive than comparing two standard errors, which count what both models find hard twice.
 *
 * @throws {InvalidArgumentError} unless both results have `scores`, of the same pairs in the same order.
 * @example
 * const { pValue, interval } = compareResults(ce, hm); // both by verify(…, { scores: true })
 */
export function compareResults(
  first: VerificationResult,
  second: VerificationResult,
  options: BootstrapOptions = {},
): Comparison {
  checkOptions('compareResults', options, bootstrapOptions);
  checkArguments('compareResults', { first, second }, { first: 'object', second: 'object' });
  const [a, b] = [rightOf(first), rightOf(second)];
  assertSamePairs(first.scores!, second.scores!);
  const gain = a.map((right, pair) => Number(b[pair]) - Number(right));
  const meanOf = (sum: number) => sum / gain.length;
  return {
    first: first.model,
    second: second.model,
    pairs: gain.length,
    accuracyDifference: meanOf(gain.reduce((sum, value) => sum + value, 0)),
    interval: bootstrap(gain.length, (drawn) => meanOf(drawn.reduce((sum, k) => sum + gain[k]!, 0)), options),
    ...mcnemar(a, b),
  };
}

function rightOf({ scores, model }: VerificationResult): boolean[] {
  if (scores !== undefined) return scores.map(({ accepted, same }) => accepted === same);
  throw differ(
    `the scores of every pair of ${model}`,
    'a result without them',
    'Verify with `scores: true`.',
  );
}

function assertSamePairs(first: readonly PairScore[], second: readonly PairScore[]): void {
  const key = (score: PairScore | undefined) =>
    score && `${score.first} – ${score.second} (${score.same ? 'genuine' : 'impostor'})`;
  for (let pair = 0; pair < Math.max(first.length, second.length); pair++) {
    const [a, b] = [key(first[pair]), key(second[pair])];
    if (a === b) continue;
    throw differ(`pair ${pair} to be the same for both models`, `${a} and ${b}`, 'Score both on one list.');
  }
}

const differ = (expected: string, received: string, fix: string) =>
  new InvalidArgumentError({ where: 'compareResults', expected, received, fix });
