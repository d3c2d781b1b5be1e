import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { areaUnderCurve } from './area-under-curve.ts';
import { crossValidate } from './cross-validate.ts';
import { rocCurve } from './curve.ts';
import { equalErrorRate } from './equal-error-rate.ts';
import { standardDeviation } from './spread.ts';
import { tarAtFar } from './tar-at-far.ts';

// Written by tools/golden/metrics.py with scikit-learn, SciPy and NumPy.
const golden = JSON.parse(readFileSync(new URL('../../golden/metrics.json', import.meta.url), 'utf8'));
const distances: number[] = golden.distances;
const same = distances.map((_, pair) => pair % 60 < 30);
const fold = distances.map((_, pair) => Math.floor(pair / 60));

test('AUC, EER and TAR@FAR are those of scikit-learn', () => {
  expect(areaUnderCurve({ distances, same })).toBeCloseTo(golden.auc, 12);
  expect(equalErrorRate({ distances, same })).toBeCloseTo(golden.eer, 12);
  const rates: { far: number; tar: number }[] = golden.tarAtFar;
  tarAtFar(
    { distances, same },
    rates.map(({ far }) => far),
  ).forEach(({ tar }, k) => {
    expect(tar).toBeCloseTo(rates[k]!.tar, 12);
  });
  expect(rocCurve({ distances, same }).far).toHaveLength(golden.rocPoints);
});

test("the grid search gives insightface's folds, thresholds, mean and spread", () => {
  const result = crossValidate({ distances, same, fold }, 'grid');
  const accuracies = result.folds.map(({ accuracy }) => accuracy);
  result.folds.forEach(({ accuracy, threshold }, k) => {
    expect(accuracy).toBeCloseTo(golden.grid.folds[k], 12);
    expect(threshold).toBeCloseTo(golden.grid.thresholds[k], 12);
  });
  expect(result.accuracy).toBeCloseTo(golden.grid.accuracy, 12);
  expect(result.standardError).toBeCloseTo(golden.grid.standardError, 12);
  expect(standardDeviation(accuracies)).toBeCloseTo(golden.grid.standardDeviation, 12);
});
