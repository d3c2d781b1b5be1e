import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../errors.ts';
import { checkArguments, checkOptions } from './check-options.ts';

interface Options {
  top?: number;
  order?: 'rgb' | 'bgr';
  where?: string | object;
  seed?: unknown;
}

const check = (options: unknown) => () =>
  checkOptions('search', options as Options, {
    top: 'number',
    order: { oneOf: ['rgb', 'bgr'] },
    where: ['string', 'object'],
    seed: 'any',
  });

test.each([{}, { top: 3 }, { top: undefined, order: 'bgr' }, { where: {} }, { where: 'x', seed: null }])(
  'takes %j',
  (options) => expect(check(options)()).toBe(options),
);

test.each<[unknown, RegExp]>([
  [{ topp: 3 }, /^search: expected options among top, order, where, seed, got `topp`\. Fix: Write `top`\.$/],
  [{ quite: 3 }, /Fix: Leave out `quite`\.$/],
  [{ top: '3' }, /`top` to be a number, got the string "3"\. Fix: Pass a number, or leave it out\.$/],
  [{ top: null }, /`top` to be a number, got null/],
  [{ order: 'RGB' }, /`order` to be one of rgb, bgr, got the string "RGB"\. Fix: Write 'rgb'\.$/],
  [{ order: 4 }, /got 4\. Fix: Write one of them\.$/],
  [{ where: 4 }, /`where` to be a string or an object, got 4/],
  [{ where: null }, /got null/],
  [null, /an object of options: top, order, where, seed, got null/],
  [undefined, /got undefined/],
  [['top'], /got an array/],
])('refuses %j', (options, message) => {
  expect(check(options)).toThrow(message);
  expect(check(options)).toThrow(InvalidArgumentError);
});

test('the members of a prototype are no options', () => {
  expect(check({ toString: 1 })).toThrow(/got `toString`/);
});

test('an argument may not be left out', () => {
  const given = (folder: unknown, ids: unknown) => () =>
    checkArguments('search', { folder, ids }, { folder: 'string', ids: ['array', 'number'] });
  expect(given('x', [])).not.toThrow();
  expect(given('x', new Float32Array(2))).not.toThrow();
  expect(given(undefined, [])).toThrow(
    /^search: expected `folder` to be a string, got undefined\. Fix: Pass a string\.$/,
  );
  expect(given('x', {})).toThrow(/`ids` to be an array or a number, got an Object\./);
});
