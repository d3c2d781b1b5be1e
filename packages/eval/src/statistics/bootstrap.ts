import { checkOptions, InvalidArgumentError, type OptionKinds, Rng } from '@hm/tensor/host';
import type { Interval } from './binomial.ts';
import { quantile } from './quantile.ts';

/** Options of a bootstrap. */
export interface BootstrapOptions {
  /** Number of resamples. Default 2000. */
  resamples?: number | undefined;
  /** Confidence level of the interval. Default 0.95. */
  confidence?: number | undefined;
  /** Seed of the random draws. Default 0: the same interval every time. */
  seed?: number | string | undefined;
}

/** Types of the members of {@link BootstrapOptions}. */
export const bootstrapOptions: OptionKinds<BootstrapOptions> = {
  ...{ resamples: 'number', confidence: 'number', seed: ['string', 'number'] },
};

/**
 * Computes the percentile interval of a statistic over `size` items drawn with replacement (Efron 1979). Items should
 * be independent: pairs that share people vary more than the interval says.
 *
 * @param statistic Takes the index of each drawn item.
 * @example
 * const { low, high } = bootstrap(values.length, (drawn) => mean([...drawn].map((index) => values[index])));
 */
export function bootstrap(
  size: number,
  statistic: (drawn: Uint32Array) => number,
  options: BootstrapOptions = {},
): Interval {
  const {
    resamples = 2000,
    confidence = 0.95,
    seed = 0,
  } = checkOptions('bootstrap', options, bootstrapOptions);
  if (!(resamples >= 1 && confidence > 0 && confidence < 1 && size > 0)) throw invalid(resamples, confidence);
  const rng = Rng.of(seed, 'bootstrap');
  const drawn = new Uint32Array(size);
  const values = Float64Array.from({ length: resamples }, () => {
    for (let k = 0; k < size; k++) drawn[k] = rng.integer(size);
    return statistic(drawn);
  }).sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

const invalid = (resamples: number, confidence: number) =>
  new InvalidArgumentError({
    where: 'bootstrap',
    expected: 'items, at least one resample, and a confidence between 0 and 1',
    received: `${resamples} resamples, confidence ${confidence}`,
    fix: 'Pass for example { resamples: 2000, confidence: 0.95 }.',
  });
