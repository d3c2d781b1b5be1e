import { expect, it } from 'vitest';
import { textTable } from './text-table.ts';

it('aligns columns by their longest cell and pads no line at its end', () => {
  const table = textTable([
    ['a', 'long cell', 'x'],
    ['bcd', '', ''],
    ['ef', 'g', 'a last cell of any length'],
  ]);
  expect(table).toBe('a    long cell  x\nbcd\nef   g          a last cell of any length');
});

it('is empty without rows', () => {
  expect(textTable([])).toBe('');
});
