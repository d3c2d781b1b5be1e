import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { Flip } from '../embedder/flip.ts';
import type { VerificationResult } from '../verification/verification-result.ts';
import {
  type CalibrateOptions,
  type Calibration,
  calibrate,
  calibrateOptions,
  probabilityOf,
} from './calibrate.ts';

/**
 * A calibration, with the model, protocol and flip that it holds for. Its distances are cosine distances, `1 - cos`.
 */
export interface ModelCalibration extends Calibration {
  model: string;
  protocol: string;
  flip: Flip;
}

/** True if the content of a file is a usable calibration. */
export function isModelCalibration(content: unknown): content is ModelCalibration {
  const { thresholds, probability, flip } = (content ?? {}) as Partial<ModelCalibration>;
  if (!Array.isArray(thresholds) || typeof probability !== 'object' || typeof flip !== 'string') return false;
  const numbers = ['far', 'threshold', 'impostors'] as const;
  if (!thresholds.every((entry) => numbers.every((name) => Number.isFinite(entry?.[name])))) return false;
  try {
    return [0, 0.5, 1, 2].every((distance) =>
      Number.isFinite(probabilityOf(content as ModelCalibration, distance, 0.5)),
    );
  } catch {
    // It is neither kind of curve.
    return false;
  }
}

/**
 * Calibrates a model from its scores on a protocol, in cosine distances.
 *
 * @throws {InvalidArgumentError} unless the result has `scores`, in cosine or squared Euclidean distances.
 * @example
 * const calibration = calibrateModel(await verify(embedder, protocol, { scores: true }));
 */
export function calibrateModel(result: VerificationResult, options: CalibrateOptions = {}): ModelCalibration {
  checkOptions('calibrateModel', options, calibrateOptions);
  checkArguments('calibrateModel', { result }, { result: 'object' });
  const { scores, distance, model, protocol, flip } = result;
  const factor = { cosine: 1, 'squared-euclidean': 0.5 }[distance as string];
  if (scores === undefined || factor === undefined) throw unusable(scores === undefined, distance);
  const pairs = {
    distances: scores.map((score) => score.distance * factor),
    same: scores.map(({ same }) => same),
  };
  return { model, protocol, flip, ...calibrate(pairs, options) };
}

const unusable = (lacksScores: boolean, distance: string) =>
  new InvalidArgumentError({
    where: 'calibrateModel',
    expected: 'a result with the scores of every pair, in cosine or squared Euclidean distances',
    received: lacksScores ? 'a result without scores' : `distances "${distance}"`,
    fix: 'Verify with `scores: true` and one of these distances.',
  });
