import { expect, it } from 'vitest';
import { describeSchema, type JsonSchema, schemaMistake, variantOf } from './json-schema.ts';

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: { type: 'string' },
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 8 },
    how: {
      anyOf: [
        { type: 'object', properties: { kind: { const: 'a' }, x: { type: 'number' } }, required: ['x'] },
        { type: 'object', properties: { kind: { const: 'b' } } },
        { type: 'boolean' },
      ],
    },
    list: { type: 'array', minItems: 1, items: { enum: ['one', 'two'] } },
  },
};

it.each<[unknown, string, string, unknown]>([
  [null, '', 'an object with size', null],
  [[], '', 'an object with size', []],
  [{}, 'size', 'a whole number from 1 to 8', 'nothing'],
  [{ size: 9 }, 'size', 'a whole number from 1 to 8', 9],
  [{ size: Number.NaN }, 'size', 'a whole number from 1 to 8', Number.NaN],
  [{ size: 1, other: 3 }, 'other', 'a text', 3],
  [{ size: 1, how: { kind: 'c' } }, 'how.kind', "'a' or 'b'", 'c'],
  [{ size: 1, how: { kind: 'a' } }, 'how.x', 'a number', 'nothing'],
  [{ size: 1, list: ['one', 'tow'] }, 'list.1', "'one' or 'two'", 'tow'],
  [{ size: 1, list: [] }, 'list', 'a list of at least 1', []],
])('%j is wrong at %s', (value, path, expected, received) => {
  expect(schemaMistake(value, schema)).toMatchObject({ path, expected, received });
});

it('finds nothing wrong with what fits, and what is left out', () => {
  for (const how of [true, { kind: 'b' }, { kind: 'a', x: 1 }, undefined])
    expect(schemaMistake({ size: 8, how, list: ['two'], other: 'text' }, schema)).toBeUndefined();
});

it('says what was probably meant', () => {
  expect(schemaMistake({ size: 1, list: ['tow'] }, schema)?.meant).toBe('two');
  expect(schemaMistake({ sise: 1 }, { ...schema, required: [], additionalProperties: false })?.meant).toBe(
    'size',
  );
});

it('describes ranges', () => {
  expect(describeSchema({ type: 'number', exclusiveMinimum: 0, maximum: 1 })).toBe(
    'a number above 0, at most 1',
  );
  expect(describeSchema({ type: 'integer', maximum: 3 })).toBe('a whole number of at most 3');
  expect(describeSchema({ type: 'number', minimum: 0, exclusiveMaximum: 1 })).toBe(
    'a number from 0 to below 1',
  );
});

it('tells alternatives apart', () => {
  expect(variantOf({ kind: 'b' }, schema.properties!.how!)?.properties?.kind?.const).toBe('b');
  expect(variantOf(3, schema.properties!.how!)).toBeUndefined();
});
