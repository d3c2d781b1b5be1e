import type { ModelCalibration } from '@hm/eval/browser';
import { checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import { hasThresholds, noThreshold, thresholdOf } from '../verdict.ts';

/** Options for identifying a face in a gallery. */
export interface IdentifyOptions {
  /** Minimum cosine similarity. Default: by the calibration, for `fpir`. */
  threshold?: number | undefined;
  /** How often someone who is not in the gallery may be mistaken for someone who is (FPIR). Default 0.01. */
  fpir?: number | undefined;
  /** Minimum lead over the similarity of the runner-up. Default: three times the odds, or 0 without a calibration. */
  margin?: number | undefined;
}

/**
 * Returns the minimum similarity for a gallery of this many people. A stranger is compared with each of them, so the
 * rate for each comparison is `people` times lower than for the whole.
 *
 * @throws {InvalidArgumentError} if there is neither a threshold nor a calibration with some.
 */
export function openSetThreshold(
  calibration: ModelCalibration | undefined,
  people: number,
  options: IdentifyOptions,
): number {
  checkOptions<IdentifyOptions>('Gallery.identify', options, {
    ...{ threshold: 'number', fpir: 'number', margin: 'number' },
  });
  const { threshold, fpir = 0.01, margin = 0 } = options;
  if (!(margin >= 0)) throw refused('a margin of 0 or more', margin, 'Pass 0.01.');
  if (threshold !== undefined) return thresholdOf(calibration, { threshold });
  if (!(fpir > 0 && fpir < 1)) throw refused('fpir between 0 and 1', fpir, 'Pass 0.01.');
  if (!hasThresholds(calibration))
    throw refused(
      `a threshold: ${noThreshold(calibration)}`,
      'none',
      'Pass `threshold` (--threshold), or open the recognizer with a `calibration` (--calibration).',
    );
  return similarityAt(calibration, fpir / Math.max(1, people));
}

/**
 * Returns the minimum similarity of two faces of one person, as given or for a false match rate.
 *
 * @throws {InvalidArgumentError} if there is neither a threshold nor a calibration with some.
 */
export const likeness = (
  calibration: ModelCalibration | undefined,
  rate: number,
  { threshold }: { threshold?: number | undefined },
): number =>
  threshold !== undefined || !hasThresholds(calibration)
    ? thresholdOf(calibration, { threshold })
    : similarityAt(calibration, rate);

/**
 * Returns the threshold for a false match rate, interpolated between those of the calibration and extrapolated beyond
 * them, linearly over the logarithm of the rate.
 */
export function similarityAt({ thresholds }: ModelCalibration, rate: number): number {
  const known = thresholds.toSorted((a, b) => b.far - a.far);
  if (known.length === 1) return 1 - known[0]!.threshold;
  const next = known.findIndex(({ far }) => far <= rate);
  const upper = Math.max(1, next === -1 ? known.length - 1 : next);
  const [a, b] = [known[upper - 1]!, known[upper]!];
  const share = Math.log(rate / a.far) / Math.log(b.far / a.far);
  return Math.min(1, 1 - (a.threshold + share * (b.threshold - a.threshold)));
}

/** Returns the lead over the runner-up that makes the best candidate three times as likely. */
export const defaultMargin = (calibration: ModelCalibration | undefined): number =>
  calibration?.probability.kind === 'platt' ? Math.log(3) / Math.abs(calibration.probability.slope) : 0;

/**
 * Returns the probability that a face is the best candidate's: the candidate's likelihood ratio relative to those of
 * all. A priori the face is as likely to be nobody's as someone's, and each person is equally likely. Returns null
 * without a calibration.
 *
 * @param similarities Similarities of the best candidates, best first.
 */
export function probabilityOfBest(
  calibration: ModelCalibration | undefined,
  similarities: readonly number[],
  people: number,
): number | null {
  if (calibration?.probability.kind !== 'platt') return null;
  const { intercept, slope } = calibration.probability;
  const prior = Math.log(calibration.genuine / calibration.impostors);
  const ratios = similarities.map((value) =>
    Math.exp(Math.min(600, intercept + slope * (1 - value) - prior)),
  );
  return ratios[0]! / (people + ratios.reduce((sum, ratio) => sum + ratio, 0));
}

const refused = (expected: string, received: unknown, fix: string) =>
  new InvalidArgumentError({ where: 'Gallery.identify', expected, received, fix });
