import util from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { withLegacyUtil } from './start-tensorflow.ts';

const functions = util as { isNullOrUndefined?: (value: unknown) => boolean };
const own = functions.isNullOrUndefined;
afterAll(() => {
  if (own) functions.isNullOrUndefined = own;
});

test('lends the function while the work runs, and no longer, also if it fails', () => {
  delete functions.isNullOrUndefined;
  const found = withLegacyUtil(() =>
    [null, undefined, 0, ''].map((value) => functions.isNullOrUndefined!(value)),
  );
  expect(found).toEqual([true, true, false, false]);
  expect('isNullOrUndefined' in functions).toBe(false);
  const failing = () =>
    withLegacyUtil(() => {
      throw new RangeError('no');
    });
  expect(failing).toThrow(RangeError);
  expect('isNullOrUndefined' in functions).toBe(false);
});

test('leaves the function of a Node that has it', () => {
  const original = () => false;
  functions.isNullOrUndefined = original;
  expect(withLegacyUtil(() => functions.isNullOrUndefined)).toBe(original);
  expect(functions.isNullOrUndefined).toBe(original);
});
