import type { Face } from '@hm/align/browser';
import { type Interval, type ModelCalibration, probabilityOf } from '@hm/eval/browser';
import { checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { FaceQuality } from './faces/quality.ts';

/** Options for deciding whether two photographs show one person. */
export interface VerdictOptions {
  /** Minimum cosine similarity. Default: the calibration's threshold for `far`. */
  threshold?: number | undefined;
  /** Accepted false match rate. Default 1e-3. */
  far?: number | undefined;
  /** Prior probability that the two are one person, for `probability` of the result. Default 0.5. */
  prior?: number | undefined;
}

/** The compared face of a photograph. */
export interface Subject extends Pick<Face, 'box' | 'landmarks' | 'score'> {
  quality: FaceQuality;
  /** Number of faces in its photograph, this one included. */
  faces: number;
}

/** Verdict on whether two photographs show one person. */
export interface Verdict {
  /** True if `similarity ≥ threshold`. */
  same: boolean;
  /** Probability that they are one person, by the network's calibration and the prior; null without a calibration. */
  probability: number | null;
  /**
   * How often two different people are this similar or more, in the calibration's pairs, with a 95 % interval; null
   * without a calibration.
   */
  falseMatchRate: FalseMatchRate | null;
  /** Cosine of the embeddings, from -1 to 1. */
  similarity: number;
  threshold: number;
  /** Face of the first photograph: if it has several the largest, unless `prefer` says otherwise. */
  first: Subject;
  second: Subject;
}

/** False match rate at the verdict's threshold. */
export interface FalseMatchRate {
  /** Measured rate of the calibration's strictest threshold that is not above the verdict's. */
  rate: number;
  interval: Interval;
}

/**
 * Computes the verdict for the similarity of two embeddings. @throws {InvalidArgumentError} if there is no threshold.
 */
export function judge(
  similarity: number,
  calibration: ModelCalibration | undefined,
  options: VerdictOptions,
): Omit<Verdict, 'first' | 'second'> {
  checkOptions<VerdictOptions>('Recognizer.verify', options, {
    ...{ threshold: 'number', far: 'number', prior: 'number' },
  });
  const { prior = 0.5 } = options;
  if (!(prior > 0 && prior < 1)) throw refused('a prior between 0 and 1', prior, 'Pass 0.5.');
  const threshold = thresholdOf(calibration, options);
  const probability = calibration === undefined ? null : probabilityOf(calibration, 1 - similarity, prior);
  const falseMatchRate = calibration === undefined ? null : falseMatchRateAt(calibration, threshold);
  return { same: similarity >= threshold, probability, falseMatchRate, similarity, threshold };
}

/** Returns the minimum similarity of one person. @throws {InvalidArgumentError} if there is no threshold. */
export function thresholdOf(
  calibration: ModelCalibration | undefined,
  { threshold, far = 1e-3 }: VerdictOptions,
): number {
  if (threshold !== undefined) {
    if (threshold >= -1 && threshold <= 1) return threshold;
    throw refused('a cosine similarity from -1 to 1', `threshold ${threshold}`, 'Pass one, such as 0.4.');
  }
  if (!hasThresholds(calibration))
    throw refused(
      `a threshold: ${noThreshold(calibration)}`,
      'none',
      'Pass `threshold` (--threshold), or a calibration made by hm eval --calibration (--calibration).',
    );
  const found = calibration.thresholds.find((entry) => entry.far === far);
  if (found !== undefined) return 1 - found.threshold;
  const rates = calibration.thresholds.map((entry) => entry.far).join(', ');
  throw refused(
    `a false match rate of the calibration: ${rates}`,
    far,
    `Pass one of them as \`far\` (--far).`,
  );
}

/** Returns true if there is a calibration with thresholds. One of too few pairs has none. */
export const hasThresholds = (calibration: ModelCalibration | undefined): calibration is ModelCalibration =>
  calibration !== undefined && calibration.thresholds.length > 0;

/** Returns the reason why a network has no threshold of its own. */
export const noThreshold = (calibration: ModelCalibration | undefined): string =>
  calibration === undefined
    ? 'this network has no calibration'
    : "this network's calibration is of too few pairs to have one";

/** Returns the rate of the calibration's strictest threshold that is not above this one. */
function falseMatchRateAt({ thresholds }: ModelCalibration, similarity: number): FalseMatchRate | null {
  const kept = thresholds
    .filter(({ threshold }) => 1 - threshold <= similarity + 1e-9)
    .sort((a, b) => a.far - b.far)[0];
  return kept === undefined ? null : { rate: kept.falseAccepts / kept.impostors, interval: kept.farInterval };
}

const refused = (expected: string, received: unknown, fix: string) =>
  new InvalidArgumentError({ where: 'Recognizer.verify', expected, received, fix });
