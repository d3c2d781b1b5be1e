import type { SortedPairs } from './scored-pairs.ts';

/** Thresholds that another program tries, as ascending distances. */
export interface ThresholdGrid {
  thresholds: Float64Array;
  /** Which one of equally good thresholds is taken. */
  take: 'first' | 'last' | 'mean';
  /**
   * What is maximised. `accuracy`: correct answers. `youden`: `TPR - FPR`, which weighs both kinds of pairs equally,
   * whatever their numbers.
   */
  maximize: 'accuracy' | 'youden';
}

/** `np.arange(0, 4, 0.01)` over squared distances, first maximum (insightface, facenet). */
const squared = (): ThresholdGrid => ({
  thresholds: Float64Array.from({ length: 400 }, (_, step) => step * 0.01),
  take: 'first',
  maximize: 'accuracy',
});

/** Cosines from -1 to 1 in steps of 1e-4, mean of all maxima (SphereFace's MATLAB code). */
const sphereface = (): ThresholdGrid => ({
  thresholds: Float64Array.from({ length: 20_001 }, (_, step) => 1 - (10_000 - step) / 10_000),
  take: 'mean',
  maximize: 'accuracy',
});

/** `np.arange(-1, 1, 0.005)` over cosines, last maximum (clcarwin's SphereFace), which is the smallest distance. */
const clcarwin = (): ThresholdGrid => ({
  thresholds: Float64Array.from({ length: 400 }, (_, step) => 1 - (-1 + (399 - step) * 0.005)),
  take: 'first',
  maximize: 'accuracy',
});

/** A thousand steps from the smallest cosine to the largest, first maximum of TPR - FPR (FaceX-Zoo). */
function facexZoo({ distances }: SortedPairs): ThresholdGrid {
  const least = 1 - distances.at(-1)!;
  const step = (1 - distances[0]! - least) / 1000;
  const thresholds = Float64Array.from({ length: 1000 }, (_, k) => 1 - (least + step * (1000 - k)));
  return { thresholds, take: 'last', maximize: 'youden' };
}

/** Grids by the name of their search. */
export const thresholdGrids = { grid: squared, sphereface, clcarwin, 'facex-zoo': facexZoo } as const;

/** Returns the best threshold of a grid (accept if `distance < threshold`), and its number of correct answers. */
export function searchGrid({ distances, same }: SortedPairs, grid: ThresholdGrid) {
  const genuine = same.reduce((sum, kind) => sum + kind, 0);
  const impostors = same.length - genuine;
  const best = { merit: Number.NEGATIVE_INFINITY, correct: 0, places: [] as number[] };
  let [next, trueAccepts] = [0, 0];
  for (let k = 0; k < grid.thresholds.length; k++) {
    for (; next < distances.length && distances[next]! < grid.thresholds[k]!; next++)
      trueAccepts += same[next]!;
    const falseAccepts = next - trueAccepts;
    const correct = trueAccepts + impostors - falseAccepts;
    const merit = grid.maximize === 'accuracy' ? correct : trueAccepts / genuine - falseAccepts / impostors;
    if (merit < best.merit) continue;
    if (merit > best.merit) Object.assign(best, { merit, correct, places: [] });
    best.places.push(k);
  }
  const chosen = best.places.map((place) => grid.thresholds[place]!);
  const threshold = {
    first: () => chosen[0]!,
    last: () => chosen.at(-1)!,
    mean: () => chosen.reduce((sum, value) => sum + value, 0) / chosen.length,
  }[grid.take]();
  return { threshold, correct: best.correct };
}
