import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areaUnderCurve } from './area-under-curve.ts';
import { rocCurve } from './curve.ts';
import { equalErrorRate } from './equal-error-rate.ts';
import { tarAtFar } from './tar-at-far.ts';

/** Pairs of both kinds, with many ties. */
const pairsOfBothKinds = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.boolean()), { minLength: 2, maxLength: 60 })
  .filter((pairs) => pairs.some(([, same]) => same) && pairs.some(([, same]) => !same))
  .map((pairs) => ({ distances: pairs.map(([d]) => d / 8), same: pairs.map(([, same]) => same) }));

const split = ({ distances, same }: { distances: number[]; same: boolean[] }) => ({
  genuine: distances.filter((_, k) => same[k]),
  impostors: distances.filter((_, k) => !same[k]),
});

describe('AUC', () => {
  test('counts ties half', () => {
    expect(areaUnderCurve({ distances: [0.1, 0.5, 0.5, 0.9], same: [true, true, false, false] })).toBe(0.875);
    expect(areaUnderCurve({ distances: [1, 1], same: [true, false] })).toBe(0.5);
    expect(areaUnderCurve({ distances: [2, 1], same: [true, false] })).toBe(0);
  });

  test('is the Mann–Whitney statistic', () => {
    fc.assert(
      fc.property(pairsOfBothKinds, (pairs) => {
        const { genuine, impostors } = split(pairs);
        const wins = genuine.flatMap((g) => impostors.map((i) => (g < i ? 1 : g === i ? 0.5 : 0) as number));
        expect(areaUnderCurve(pairs)).toBeCloseTo(wins.reduce((a, b) => a + b) / wins.length, 12);
      }),
    );
  });

  test('with EER and TAR@FAR, does not change under a strictly increasing map', () => {
    fc.assert(
      fc.property(pairsOfBothKinds, ({ distances, same }) => {
        const pairs = { distances, same };
        const mapped = { distances: distances.map((d) => Math.exp(d) - 7), same };
        expect(areaUnderCurve(mapped)).toBe(areaUnderCurve(pairs));
        expect(equalErrorRate(mapped)).toBe(equalErrorRate(pairs));
        expect(tarAtFar(mapped).map(({ tar }) => tar)).toEqual(tarAtFar(pairs).map(({ tar }) => tar));
      }),
    );
  });
});

test('every point of the ROC is what its threshold does', () => {
  fc.assert(
    fc.property(pairsOfBothKinds, (pairs) => {
      const { genuine, impostors } = split(pairs);
      const { far, tar, thresholds } = rocCurve(pairs);
      expect([far[0], tar[0], far.at(-1), tar.at(-1)]).toEqual([0, 0, 1, 1]);
      expect(far).toHaveLength(new Set(pairs.distances).size + 1);
      thresholds.forEach((threshold, k) => {
        expect(far[k]).toBe(impostors.filter((d) => d < threshold).length / impostors.length);
        expect(tar[k]).toBe(genuine.filter((d) => d < threshold).length / genuine.length);
      });
    }),
  );
});

describe('EER', () => {
  test('is exact where the curve has a point on the diagonal, and interpolated where not', () => {
    expect(equalErrorRate({ distances: [0.1, 0.6, 0.4, 0.9], same: [true, true, false, false] })).toBe(0.5);
    expect(equalErrorRate({ distances: [0.1, 0.2, 0.8, 0.9], same: [true, true, false, false] })).toBe(0);
    // One value holds a genuine and two impostors: the line from (0, 2/3) to (2/3, 1) meets FAR = 1 - TAR at 2/9.
    const tied = { distances: [0.1, 0.2, 0.5, 0.5, 0.5, 0.9], same: [true, true, true, false, false, false] };
    expect(equalErrorRate(tied)).toBeCloseTo(2 / 9, 14);
  });

  test('mirrors when the kinds are swapped and the order turned round', () => {
    fc.assert(
      fc.property(pairsOfBothKinds, ({ distances, same }) => {
        const turned = { distances: distances.map((d) => -d), same: same.map((value) => !value) };
        expect(equalErrorRate(turned)).toBeCloseTo(equalErrorRate({ distances, same }), 12);
      }),
    );
  });
});

describe('TAR@FAR', () => {
  const impostors = Array.from({ length: 100 }, (_, k) => 1 + k / 100);
  const genuine = [0.2, 0.995, 1.005, 1.2];
  const pairs = {
    distances: [...genuine, ...impostors],
    same: [...genuine.map(() => true), ...impostors.map(() => false)],
  };

  test('accepts exactly as many impostors as the rate allows', () => {
    const [tenth, hundredth] = tarAtFar(pairs, [1e-1, 1e-2]);
    expect(tenth).toMatchObject({ tar: 0.75, falseAccepts: 10, genuine: 4, impostors: 100 });
    expect(hundredth).toMatchObject({ tar: 0.75, falseAccepts: 1 });
    expect(hundredth!.threshold).toBeCloseTo((1.005 + 1.01) / 2, 14);
    expect(tarAtFar(pairs, [0.29, 0.07]).map(({ falseAccepts }) => falseAccepts)).toEqual([29, 7]);
  });

  test('is null where one impostor is more than the rate allows', () => {
    expect(tarAtFar(pairs, [1e-3])).toEqual([
      { far: 1e-3, tar: null, threshold: null, falseAccepts: null, genuine: 4, impostors: 100 },
    ]);
  });

  test('is the best TAR of all thresholds that keep the rate', () => {
    fc.assert(
      fc.property(pairsOfBothKinds, fc.integer({ min: 1, max: 10 }), (scored, tenths) => {
        const { genuine: own, impostors: others } = split(scored);
        const [result] = tarAtFar(scored, [tenths / 10]);
        if (others.length * tenths < 10) {
          expect(result!.tar).toBeNull();
          return;
        }
        const shares = [-1, ...scored.distances]
          .filter((t) => others.filter((d) => d <= t).length * 10 <= tenths * others.length)
          .map((t) => own.filter((d) => d <= t).length / own.length);
        expect(result!.tar).toBe(Math.max(...shares));
      }),
    );
  });
});

test('curves need both kinds, finite distances and matching lengths', () => {
  expect(() => rocCurve({ distances: [1, 2], same: [true, true] })).toThrow(/genuine and one impostor/);
  expect(() => areaUnderCurve({ distances: [1, Number.NaN], same: [true, false] })).toThrow(/NaN for pair 1/);
  expect(() => areaUnderCurve({ distances: [1], same: [true, false] })).toThrow(/1 distances, 2 truths/);
  expect(() => areaUnderCurve({ distances: [], same: [] })).toThrow(/at least one genuine/);
});
