import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { additions, classHeads, decorators, embeddingLosses, optionsOf } from './head-catalog.ts';

const rows = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));

const titles = {
  ...Object.fromEntries(Object.keys({ ...classHeads, ...embeddingLosses }).map((name) => [name, name])),
  ...Object.fromEntries(Object.entries(decorators).map(([name, { prefix }]) => [name, `${prefix}…`])),
  ...Object.fromEntries(Object.keys(additions).map((name) => [name, `…+${name}`])),
};

const written = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([name, number]) => `${name}: ${number}`)
    .join(', ')} }`;
};

it.each(Object.entries(titles))('the README has the defaults of %s', (name, title) => {
  const defaults = Object.entries(optionsOf(name)!).map(
    ([option, spec]) => `\`${option}: ${written(spec.default)}\``,
  );
  expect(rows.find(([, first]) => first === `\`${title}\``)?.[4]).toBe(defaults.join(', '));
});
