import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestThreshold } from './best-threshold.ts';
import { crossValidate, type FoldedPairs } from './cross-validate.ts';
import { mean, standardDeviation, standardError } from './spread.ts';

const accuracyAt = (threshold: number, distances: readonly number[], same: readonly boolean[]) =>
  distances.filter((d, k) => d < threshold === same[k]).length / distances.length;

const folded = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 64 }), fc.boolean()), { minLength: 8, maxLength: 60 })
  .map((pairs) => ({
    distances: pairs.map(([d]) => d / 16),
    same: pairs.map(([, same]) => same),
    fold: pairs.map((_, k) => k % 4),
  }));

describe('the best threshold', () => {
  test('is the middle between the pairs that it parts', () => {
    const found = bestThreshold({ distances: [0.25, 0.5, 1, 2], same: [true, true, false, false] });
    expect(found).toEqual({ threshold: 0.75, accuracy: 1 });
  });

  test('of equally good intervals lies in the widest, and in the lowest of equally wide ones', () => {
    const same = [true, false, true, false];
    expect(bestThreshold({ distances: [1, 2, 3, 5], same })).toEqual({ threshold: 4, accuracy: 0.75 });
    expect(bestThreshold({ distances: [1, 2, 3, 4], same })).toEqual({ threshold: 1.5, accuracy: 0.75 });
  });

  test('spans a tied value of both kinds that changes nothing', () => {
    const found = bestThreshold({ distances: [1, 2, 2, 4], same: [true, true, false, false] });
    expect(found).toEqual({ threshold: 2.5, accuracy: 0.75 });
  });

  test('accepts or rejects everything where only one kind is there', () => {
    expect(bestThreshold({ distances: [1, 3], same: [false, false] })).toEqual({ threshold: 1, accuracy: 1 });
    const all = bestThreshold({ distances: [1, 3], same: [true, true] });
    expect(all.accuracy).toBe(1);
    expect(accuracyAt(all.threshold, [1, 3], [true, true])).toBe(1);
  });

  test('parts even neighbouring floating-point numbers', () => {
    const low = 0.1;
    const high = low + 2 ** -56;
    const { threshold } = bestThreshold({ distances: [low, high], same: [true, false] });
    expect(accuracyAt(threshold, [low, high], [true, false])).toBe(1);
  });

  test('beats or equals every other threshold, and an increasing map keeps its accuracy', () => {
    fc.assert(
      fc.property(folded, ({ distances, same }) => {
        const { threshold, accuracy } = bestThreshold({ distances, same });
        const rivals = [...distances, ...distances.map((d) => d + 1e-6)];
        expect(accuracy).toBe(Math.max(...rivals.map((t) => accuracyAt(t, distances, same))));
        expect(accuracyAt(threshold, distances, same)).toBe(accuracy);
        expect(bestThreshold({ distances: distances.map((d) => d ** 3 - 9), same }).accuracy).toBe(accuracy);
      }),
    );
  });

  test('on the grid is the first of the best of 0, 0.01, … 3.99', () => {
    fc.assert(
      fc.property(folded, ({ distances, same }) => {
        const grid = Array.from({ length: 400 }, (_, k) => k * 0.01);
        const accuracies = grid.map((t) => accuracyAt(t, distances, same));
        const best = Math.max(...accuracies);
        const expected = { threshold: grid[accuracies.indexOf(best)], accuracy: best };
        expect(bestThreshold({ distances, same }, 'grid')).toEqual(expected);
      }),
    );
  });
});

/** The definition, threshold by threshold. */
function bruteForce({ distances, same, fold }: FoldedPairs, folds: number): number[] {
  return Array.from({ length: folds }, (_, held) => {
    const pick = (inside: boolean) => fold.flatMap((value, k) => ((value === held) === inside ? [k] : []));
    const train = pick(false);
    const { threshold } = bestThreshold({
      distances: train.map((k) => distances[k]!),
      same: train.map((k) => same[k]!),
    });
    const test = pick(true);
    return accuracyAt(
      threshold,
      test.map((k) => distances[k]!),
      test.map((k) => same[k]!),
    );
  });
}

describe('cross-validation', () => {
  test('judges a fold by the others alone', () => {
    // Fold 0 is perfectly separated at 3, but the other folds say 1.25.
    const pairs = {
      distances: [2, 4, 1, 1.5, 1, 1.5, 1, 1.5],
      same: [true, false, true, false, true, false, true, false],
      fold: [0, 0, 1, 1, 2, 2, 3, 3],
    };
    const { accuracy, folds, threshold } = crossValidate(pairs);
    expect(folds[0]).toEqual({ fold: 0, pairs: 2, accuracy: 0.5, threshold: 1.25 });
    expect(folds.map((fold) => fold.accuracy)).toEqual([0.5, 1, 1, 1]);
    expect(accuracy).toBe(3.5 / 4);
    expect(threshold).toBe(mean(folds.map((fold) => fold.threshold)));
  });

  test('equals the definition computed fold by fold', () => {
    fc.assert(
      fc.property(folded, (pairs) => {
        const { accuracy, folds, standardError: error } = crossValidate(pairs);
        const expected = bruteForce(pairs, 4);
        expect(folds.map((fold) => fold.accuracy)).toEqual(expected);
        expect(accuracy).toBeCloseTo(expected.reduce((a, b) => a + b) / 4, 12);
        const squares = expected.reduce((sum, value) => sum + (value - accuracy) ** 2, 0);
        expect(error).toBeCloseTo(Math.sqrt(squares / 3) / 2, 12);
      }),
    );
  });

  test('does not depend on the order of pairs, nor on the unit of the distance', () => {
    fc.assert(
      fc.property(folded, fc.integer({ min: 1, max: 1000 }), (pairs, seed) => {
        const order = pairs.same
          .map((_, k) => ({ k, key: (k * 7919 + seed * 104729) % 1009 }))
          .sort((a, b) => a.key - b.key);
        const shuffled = {
          distances: order.map(({ k }) => pairs.distances[k]!),
          same: order.map(({ k }) => pairs.same[k]!),
          fold: order.map(({ k }) => pairs.fold[k]!),
        };
        expect(crossValidate(shuffled)).toEqual(crossValidate(pairs));
        const scaled = crossValidate({ ...pairs, distances: pairs.distances.map((d) => d * 4 - 2) });
        expect(scaled.folds.map((fold) => fold.accuracy)).toEqual(
          crossValidate(pairs).folds.map((fold) => fold.accuracy),
        );
      }),
    );
  });

  test.each([
    ['one fold', [0, 0]],
    ['an empty fold', [0, 2]],
    ['a fold that is no index', [0, -1]],
    ['a fold per pair missing', [0]],
  ])('refuses %s', (_, fold) => {
    expect(() => crossValidate({ distances: [1, 2], same: [true, false], fold })).toThrow(/Number the folds/);
  });
});

test('spread: the standard error of ten folds is a third of what np.std says', () => {
  const values = [0.99, 0.98, 1, 0.97, 0.985, 0.995, 0.99, 0.975, 0.98, 0.99];
  // Σ(p - 0.9855)² = 0.0007725
  expect(mean(values)).toBeCloseTo(0.9855, 14);
  expect(standardError(values)).toBeCloseTo(Math.sqrt(0.0007725 / 9 / 10), 14);
  expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(0.0007725 / 10), 14);
  expect(standardDeviation(values) / standardError(values)).toBeCloseTo(3, 12);
});
