import type { ModelCalibration } from '@hm/eval';
import { InvalidArgumentError } from '@hm/tensor/host';

/** When two photographs count as one person. */
export interface VerdictOptions {
  /** Least cosine similarity. */
  threshold?: number | undefined;
  /** What the model's distances mean, by `calibrateModel`: the threshold is then that of `far`. */
  calibration?: ModelCalibration | undefined;
  /** With `calibration`: one of its false accept rates. Default 0.001. */
  far?: number | undefined;
}

/**
 * The least similarity that counts as the same person.
 *
 * @throws {InvalidArgumentError} if nobody says it: a threshold is worth nothing for another model.
 */
export function thresholdOf({ threshold, calibration, far = 1e-3 }: VerdictOptions): number {
  if (threshold !== undefined && calibration === undefined && Math.abs(threshold) <= 1) return threshold;
  const found = calibration?.thresholds.find((candidate) => candidate.far === far);
  if (threshold === undefined && found !== undefined) return 1 - found.threshold;
  const known = calibration?.thresholds.map((candidate) => candidate.far).join(', ');
  throw new InvalidArgumentError({
    where: 'compare',
    expected: 'either a cosine similarity from -1 to 1 as threshold, or a calibration and one of its rates',
    received:
      calibration === undefined ? `threshold ${threshold}` : `FAR ${far} of a calibration for ${known}`,
    fix: 'Calibrate the model on pairs of your own: hm eval MODEL --lfw ALIGNED --calibration FILE.',
    fields: { far, threshold },
  });
}
