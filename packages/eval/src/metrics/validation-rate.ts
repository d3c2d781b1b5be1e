import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import { type FoldedPairs, foldSizes } from './cross-validate.ts';
import { mean, standardDeviation } from './spread.ts';

/** `VAL@FAR` as insightface and facenet print it: `val ± standardDeviation @ FAR=measuredFar`. */
export interface ValidationRate {
  /** The requested false accept rate. */
  far: number;
  /** Share of the genuine pairs accepted, averaged over the folds. */
  val: number;
  /** Standard deviation of `val` over the folds, `np.std`. */
  standardDeviation: number;
  /** Share of the impostor pairs accepted, averaged over the folds. */
  measuredFar: number;
}

const thresholds = Float64Array.from({ length: 4000 }, (_, step) => step * 0.001);

/**
 * Computes the validation rate of insightface and facenet. Each fold is classified with the threshold whose FAR on
 * the other folds is `far`, interpolated between the squared distances `np.arange(0, 4, 0.001)`; the threshold is 0
 * if the rate is never reached. The rate is coarse: nine folds of LFW have 2,700 impostor pairs. {@link tarAtFar}
 * needs no interpolation.
 *
 * @throws {InvalidArgumentError} unless every fold has pairs of both kinds.
 * @example
 * const { val, measuredFar } = validationRate({ distances, same, fold }, 1e-3);
 */
export function validationRate(pairs: FoldedPairs, far = 1e-3): ValidationRate {
  checkArguments('validationRate', { pairs }, { pairs: { has: ['fold', 'distances'] } });
  const folds = foldSizes(pairs).map((_, fold) => ({
    held: kindsOf(pairs, (other) => other === fold),
    others: kindsOf(pairs, (other) => other !== fold),
  }));
  if (folds.some(({ held }) => held.genuine.length === 0 || held.impostors.length === 0)) throw oneKind();
  const rates = folds.map(({ held, others }) => {
    const threshold = thresholdAt(others.impostors, far);
    return { val: shareBelow(held.genuine, threshold), far: shareBelow(held.impostors, threshold) };
  });
  const values = rates.map(({ val }) => val);
  return {
    far,
    val: mean(values),
    standardDeviation: standardDeviation(values),
    measuredFar: mean(rates.map((rate) => rate.far)),
  };
}

/** Returns the ascending distances of both kinds of pairs in the wanted folds. */
function kindsOf({ distances, same, fold }: FoldedPairs, wanted: (fold: number) => boolean) {
  const of = (kind: boolean) =>
    Float64Array.from(
      same.flatMap((genuine, pair) => (genuine === kind && wanted(fold[pair]!) ? [distances[pair]!] : [])),
    ).sort();
  return { genuine: of(true), impostors: of(false) };
}

const shareBelow = (sorted: Float64Array, threshold: number) => countBelow(sorted, threshold) / sorted.length;

/** Reproduces SciPy's `interp1d(far, thresholds, kind='linear')`, interpolating from the last of equal rates. */
function thresholdAt(impostors: Float64Array, far: number): number {
  const rates = thresholds.map((threshold) => shareBelow(impostors, threshold));
  if (rates.at(-1)! < far) return 0;
  const last = rates.findLastIndex((rate) => rate <= far);
  if (last === rates.length - 1) return thresholds.at(-1)!;
  const share = (far - rates[last]!) / (rates[last + 1]! - rates[last]!);
  return thresholds[last]! + share * (thresholds[last + 1]! - thresholds[last]!);
}

function countBelow(sorted: Float64Array, threshold: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

const oneKind = () =>
  new InvalidArgumentError({
    where: 'validationRate',
    expected: 'pairs of both kinds in every fold',
    received: 'a fold of one kind',
    fix: 'Use tarAtFar, which takes all pairs together.',
  });
