import type { Distance, Flip, VerificationResult } from '@hm/eval/browser';
import { InvalidDataError } from '@hm/tensor/host';

/** From which similarity on a pair is accepted at each false accept rate, and how similarities are measured. */
export interface Thresholds {
  flip: Flip;
  model: string;
  protocol: string;
  rates: { far: number; similarity: number; impostors: number }[];
}

/** Cosines from distances: of squared Euclidean ones `1 - d / 2`, of cosine ones `1 - d`. */
const cosines: Partial<Record<Distance, (distance: number) => number>> = {
  'squared-euclidean': (distance) => 1 - distance / 2,
  cosine: (distance) => 1 - distance,
};

/**
 * Reads the thresholds in an evaluation's JSON, as `hm eval --json` prints it.
 *
 * @throws {InvalidDataError} if it is something else, or its distance has no cosine.
 */
export function readThresholds(text: string): Thresholds {
  const result = parse(text);
  const cosine = cosines[result?.distance as Distance];
  if (result?.tarAtFar === undefined || cosine === undefined) throw notAnEvaluation(result?.distance);
  const rates = result.tarAtFar.flatMap(({ far, threshold, impostors }) =>
    typeof threshold === 'number' ? [{ far, similarity: cosine(threshold), impostors }] : [],
  );
  if (rates.length === 0) throw notAnEvaluation('no threshold');
  return { flip: result.flip ?? 'off', model: result.model ?? '', protocol: result.protocol ?? '', rates };
}

function parse(text: string): Partial<VerificationResult> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const notAnEvaluation = (received: unknown) =>
  new InvalidDataError({
    where: 'Evaluation',
    expected: 'what `hm eval MODEL --json` prints, by squared Euclidean or cosine distance',
    received: received ?? 'another file',
    fix: 'Evaluate this model and take its JSON.',
  });
