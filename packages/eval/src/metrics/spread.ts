import { checkArguments } from '@hm/tensor/host';

/** Returns the arithmetic mean. */
export const mean = (values: readonly number[]): number => {
  checkArguments('mean', { values }, { values: 'array' });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

/**
 * Returns the standard error of a mean, LFW's `S_E = σ̂ / √folds` with `σ̂² = Σ (p - μ)² / (folds - 1)` (Huang et
 * al., technical report 07-49).
 */
export const standardError = (values: readonly number[]): number => {
  checkArguments('standardError', { values }, { values: 'array' });
  return Math.sqrt(squares(values) / (values.length - 1) / values.length);
};

/**
 * Returns the population standard deviation, `np.std`, which insightface and facenet print after the `±`. It is about
 * three times the standard error of ten folds.
 */
export const standardDeviation = (values: readonly number[]): number => {
  checkArguments('standardDeviation', { values }, { values: 'array' });
  return Math.sqrt(squares(values) / values.length);
};

function squares(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0);
}
