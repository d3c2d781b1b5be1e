import { InvalidArgumentError } from '@hm/tensor/host';
import { searchThreshold, type ThresholdSearch } from './best-threshold.ts';
import { type ScoredPairs, type SortedPairs, selectPairs, sortPairs } from './scored-pairs.ts';
import { mean, standardError } from './spread.ts';

/** Pairs that are split into folds. */
export interface FoldedPairs extends ScoredPairs {
  /** `[pairs]`, each from `[0, folds)`; every fold has a pair. */
  fold: readonly number[];
}

/** One fold, judged by the threshold of the others. */
export interface FoldResult {
  fold: number;
  pairs: number;
  accuracy: number;
  /** Found on the other folds; a pair is accepted if its distance is below it. */
  threshold: number;
}

/** A cross-validated accuracy. */
export interface CrossValidation {
  /** Mean of the folds' accuracies. */
  accuracy: number;
  /** Standard error of that mean. */
  standardError: number;
  /** Mean of the folds' thresholds. */
  threshold: number;
  folds: FoldResult[];
}

/**
 * LFW's View 2 accuracy: each fold is judged by the threshold that is best on all other folds; mean and
 * standard error over the folds. `O(pairs · (log pairs + folds))`.
 *
 * @throws {InvalidArgumentError} if there are fewer than two folds or one is empty.
 * @throws {NonFiniteError} if a distance is not finite.
 * @example
 * const { accuracy, standardError } = crossValidate({ distances, same, fold });
 */
export function crossValidate(pairs: FoldedPairs, search: ThresholdSearch = 'exact'): CrossValidation {
  const sorted = sortPairs(pairs);
  const folds = foldSizes(pairs).map((size, fold) => judgeFold(sorted, pairs.fold, fold, size, search));
  const accuracies = folds.map(({ accuracy }) => accuracy);
  return {
    accuracy: mean(accuracies),
    standardError: standardError(accuracies),
    threshold: mean(folds.map(({ threshold }) => threshold)),
    folds,
  };
}

function judgeFold(
  sorted: SortedPairs,
  foldOf: readonly number[],
  fold: number,
  size: number,
  search: ThresholdSearch,
): FoldResult {
  const { threshold } = searchThreshold(
    selectPairs(sorted, (pair) => foldOf[pair] !== fold),
    search,
  );
  const held = selectPairs(sorted, (pair) => foldOf[pair] === fold);
  const correct = held.distances.filter(
    (distance, k) => distance < threshold === (held.same[k] === 1),
  ).length;
  return { fold, pairs: size, accuracy: correct / size, threshold };
}

/**
 * Pairs in each fold.
 *
 * @throws {InvalidArgumentError} unless there are two folds or more, none of them empty.
 */
export function foldSizes({ fold, same }: Pick<FoldedPairs, 'fold' | 'same'>): number[] {
  const count = Math.max(0, ...new Set(fold)) + 1;
  const valid =
    fold.length === same.length &&
    fold.every((value) => Number.isInteger(value) && value >= 0 && value < same.length);
  const sizes = valid
    ? Array.from({ length: count }, (_, k) => fold.filter((value) => value === k).length)
    : [];
  if (sizes.length >= 2 && !sizes.includes(0)) return sizes;
  throw new InvalidArgumentError({
    where: 'crossValidate',
    expected: 'one fold for each pair, numbered from 0, at least two folds and none of them empty',
    received: valid
      ? `folds of ${sizes.join(', ')} pairs`
      : `folds [${fold.slice(0, 12).join(', ')}] for ${same.length} pairs`,
    fix: 'Number the folds 0, 1, 2, … without gaps.',
    fields: { sizes },
  });
}
