import { expect, test } from 'vitest';
import { assertWithin, limits } from './limits.ts';

test('whole numbers up to the limit', () => {
  for (const value of [1, limits.workers]) expect(() => assertWithin('a', 'workers', value)).not.toThrow();
  expect(() => assertWithin('a', 'workers', 0, 0)).not.toThrow();
  for (const value of [0, -1, 1.5, 1e9, Number.NaN, Number.POSITIVE_INFINITY, '4' as never])
    expect(() => assertWithin('a', 'workers', value)).toThrow(/a: expected workers from 1 to 256/);
});
