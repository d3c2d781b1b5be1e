import { InvalidArgumentError } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import { errorVersusDiscard } from './error-versus-discard.ts';

const pairs = {
  distances: [0.9, 0.8, 0.1, 0.1, 0.2, 0.9, 0.9, 0.9],
  same: [true, true, true, true, false, false, false, false],
};

test('errors fall as the pairs of the least quality are discarded', () => {
  const curve = errorVersusDiscard(pairs, [1, 2, 3, 4, 1, 2, 3, 4], { threshold: 0.5 });
  const at = (share: number) => curve.find(({ discarded }) => discarded === share)!;
  expect(curve.map(({ discarded }) => discarded)).toEqual(Array.from({ length: 19 }, (_, k) => k / 20));
  expect(at(0)).toMatchObject({ falseNonMatchRate: 2 / 4, falseMatchRate: 1 / 4 });
  expect(at(0.25)).toMatchObject({ falseNonMatchRate: 1 / 3, falseMatchRate: 0 });
  expect(at(0.5)).toMatchObject({ falseNonMatchRate: 0, falseMatchRate: 0 });
});

test('a quality that is the wrong way round raises them', () => {
  const curve = errorVersusDiscard(pairs, [4, 3, 2, 1, 4, 3, 2, 1], { threshold: 0.5 });
  expect(curve.find(({ discarded }) => discarded === 0.5)).toMatchObject({
    ...{ falseNonMatchRate: 1, falseMatchRate: 1 / 2 },
  });
});

test.each([
  ['too few', [1]],
  ['one that is not finite', [1, 2, 3, Number.NaN, 1, 2, 3, 4]],
])('%s qualities are refused', (_, quality) => {
  expect(() => errorVersusDiscard(pairs, quality, { threshold: 0.5 })).toThrow(InvalidArgumentError);
});
