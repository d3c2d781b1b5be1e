import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import { mean, standardError } from '../metrics/spread.ts';
import type { Interval } from './binomial.ts';
import { studentQuantile } from './normal.ts';

/**
 * Computes Student's interval of a mean, such as that of accuracies over seeds.
 *
 * @param values At least two. @param confidence default 0.95.
 * @throws {InvalidArgumentError} if there are fewer than two values.
 * @example
 * const { low, high } = meanInterval([0.951, 0.957, 0.949]);
 */
export function meanInterval(values: readonly number[], confidence = 0.95): Interval {
  checkArguments('meanInterval', { values, confidence }, { values: 'array', confidence: 'number' });
  if (values.length < 2)
    throw new InvalidArgumentError({
      ...{ where: 'meanInterval', expected: 'at least two values', received: values.length },
      fix: 'Train with more seeds.',
    });
  const half = studentQuantile((1 + confidence) / 2, values.length - 1) * standardError(values);
  const middle = mean(values);
  return { low: middle - half, high: middle + half };
}
