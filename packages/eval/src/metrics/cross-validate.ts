import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import { searchThreshold, type ThresholdSearch } from './best-threshold.ts';
import { type ScoredPairs, type SortedPairs, selectPairs, sortPairs } from './scored-pairs.ts';
import { mean, standardError } from './spread.ts';

/** Pairs split into folds. */
export interface FoldedPairs extends ScoredPairs {
  /** Fold of each pair, `[pairs]`, from `[0, folds)`; every fold has a pair. */
  fold: readonly number[];
}

/** Result of one fold, classified with a threshold found on the others. */
export interface FoldResult {
  fold: number;
  pairs: number;
  accuracy: number;
  /** Threshold found on the other folds; a pair is accepted if its distance is below it. */
  threshold: number;
}

/** A cross-validated accuracy. */
export interface CrossValidation {
  /** Mean of the folds' accuracies. */
  accuracy: number;
  /** Standard error of that mean, `σ̂ / √folds`; for a single fold the binomial `√(p(1 - p) / pairs)`. */
  standardError: number;
  /** Mean of the folds' thresholds. */
  threshold: number;
  folds: FoldResult[];
}

/**
 * Computes LFW's View 2 accuracy: each fold is classified with the threshold that is best on all other folds. Returns
 * the mean and standard error over the folds. `O(pairs · (log pairs + folds))`.
 *
 * @param distancesWithout Returns the distances of all pairs as computed without this fold, for methods that learn
 * from the other folds, such as subtracting their mean. Default: always `pairs.distances`.
 * @throws {InvalidArgumentError} if there are fewer than two folds or one is empty.
 * @throws {NonFiniteError} if a distance is not finite.
 * @example
 * const { accuracy, standardError } = crossValidate({ distances, same, fold });
 */
export function crossValidate(
  pairs: FoldedPairs,
  search: ThresholdSearch = 'exact',
  distancesWithout?: (fold: number) => ArrayLike<number>,
): CrossValidation {
  checkArguments('crossValidate', { pairs }, { pairs: { has: ['fold', 'distances'] } });
  const sorted = sortPairs(pairs);
  const folds = foldSizes(pairs).map((_, fold) => {
    const own = distancesWithout && sortPairs({ ...pairs, distances: distancesWithout(fold) });
    return judgeFold(own ?? sorted, pairs.fold, fold, search);
  });
  return summarize(folds);
}

/** Classifies every fold with one threshold that was found elsewhere. */
export function judgeAt(pairs: FoldedPairs, threshold: number): CrossValidation {
  const sorted = sortPairs(pairs);
  const numbers = [...new Set(pairs.fold)].sort((a, b) => a - b);
  return summarize(numbers.map((fold) => judgedBy(threshold, sorted, pairs.fold, fold)));
}

function summarize(folds: FoldResult[]): CrossValidation {
  const accuracies = folds.map(({ accuracy }) => accuracy);
  const accuracy = mean(accuracies);
  return {
    accuracy,
    standardError:
      folds.length > 1 ? standardError(accuracies) : Math.sqrt((accuracy * (1 - accuracy)) / folds[0]!.pairs),
    threshold: mean(folds.map(({ threshold }) => threshold)),
    folds,
  };
}

function judgeFold(
  sorted: SortedPairs,
  foldOf: readonly number[],
  fold: number,
  search: ThresholdSearch,
): FoldResult {
  const others = selectPairs(sorted, (pair) => foldOf[pair] !== fold);
  return judgedBy(searchThreshold(others, search).threshold, sorted, foldOf, fold);
}

function judgedBy(
  threshold: number,
  sorted: SortedPairs,
  foldOf: readonly number[],
  fold: number,
): FoldResult {
  const { distances, same } = selectPairs(sorted, (pair) => foldOf[pair] === fold);
  const correct = distances.reduce((sum, d, k) => sum + Number(d < threshold === (same[k] === 1)), 0);
  return { fold, pairs: distances.length, accuracy: correct / distances.length, threshold };
}

/**
 * Returns the number of pairs in each fold.
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
