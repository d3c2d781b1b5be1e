import { expect, test } from 'vitest';
import { assertFreezable, fitsAny } from './freeze.ts';

test.each([
  ['backbone.*', 'backbone.stem.kernel', true],
  ['*.kernel', 'backbone.stem.kernel', true],
  ['backbone.*.kernel', 'backbone.kernel', false],
  ['*stem*stem*', 'backbone.stem.kernel', false],
  ['*a*b', 'xaxbxb', true],
  ['', 'backbone', false],
  ['*', 'backbone', true],
])('%s and %s: %s', (pattern, name, fits) => {
  expect(fitsAny(name, [pattern])).toBe(fits);
});

// An expression of as many stars would try every way to share a name out among them.
test('a pattern of any number of stars is looked for once', () => {
  const name = `backbone.${'a'.repeat(10_000)}`;
  expect(fitsAny(name, [`${'*a'.repeat(5_000)}*x`])).toBe(false);
  expect(() => assertFreezable([name], [`${'*'.repeat(100_000)}x`])).toThrow(/which fits none/);
});
