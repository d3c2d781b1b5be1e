import type { Distance, Flip, ModelCalibration, VerificationResult } from '@hm/eval/browser';
import { InvalidDataError } from '@hm/tensor/host';

/** The least similarity of an accepted pair at each false accept rate, and how it was measured. */
export interface Thresholds {
  /** Use of the mirrored image. */
  flip: Flip;
  /** Name of the model. */
  model: string;
  /** Name of the protocol. */
  protocol: string;
  /** False accept rates with their thresholds and numbers of impostor pairs. */
  rates: { far: number; similarity: number; impostors: number }[];
}

/** Returns the thresholds of a network's own calibration. */
export const calibrated = ({ flip, model, protocol, thresholds }: ModelCalibration): Thresholds => ({
  ...{ flip, model, protocol },
  rates: thresholds.map(({ far, threshold, impostors }) => ({ far, similarity: 1 - threshold, impostors })),
});

/** Conversions to cosines: `1 - d / 2` for squared Euclidean distances, `1 - d` for cosine distances. */
const cosines: Partial<Record<Distance, (distance: number) => number>> = {
  'squared-euclidean': (distance) => 1 - distance / 2,
  cosine: (distance) => 1 - distance,
};

/**
 * Reads the thresholds in the JSON of an evaluation or of a calibration, which `hm eval` writes with `--out` or
 * `--calibration`. The distances of a calibration are cosine distances.
 *
 * @throws {InvalidDataError} if it is something else, or its distance cannot be converted to a cosine.
 */
export function readThresholds(text: string): Thresholds {
  const { thresholds, tarAtFar, distance, flip = 'off', model = '', protocol = '' } = parse(text);
  const cosine = cosines[thresholds === undefined ? (distance as Distance) : 'cosine'];
  const entries = thresholds ?? tarAtFar;
  if (!Array.isArray(entries) || cosine === undefined) throw notAnEvaluation(distance ?? 'another file');
  const rates = entries.flatMap(({ far, threshold, impostors }) =>
    typeof threshold === 'number' ? [{ far, similarity: cosine(threshold), impostors }] : [],
  );
  if (rates.length === 0) throw notAnEvaluation('no threshold');
  return { flip, model, protocol, rates };
}

function parse(text: string): Partial<VerificationResult> & Partial<Pick<ModelCalibration, 'thresholds'>> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw notAnEvaluation('a file that is no JSON');
  }
}

const notAnEvaluation = (received: unknown) =>
  new InvalidDataError({
    where: 'Evaluation',
    expected:
      'what `hm eval MODEL` writes with --out or --calibration, by squared Euclidean or cosine distance',
    received,
    fix: 'Evaluate this model and take that file.',
  });
