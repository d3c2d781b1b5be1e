import { describe, expect, it } from 'vitest';
import { cases } from '../testing/cases/index.ts';
import { compare } from '../testing/compare.ts';
import { coveredKernels } from './index.ts';

it('has cases for every covered kernel, and for no other', () => {
  expect(Object.keys(cases).sort()).toEqual([...coveredKernels]);
});

describe.each(Object.entries(cases))('%s', (kernel, list) => {
  it('has cases', () => expect(list.length).toBeGreaterThan(0));

  it.each(list)('$name', async ({ program, inputs, ...options }) => {
    expect(await compare(program, inputs, options)).toContain(kernel);
  });
});
