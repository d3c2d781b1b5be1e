import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

it('the picture of the packages has each of them, in the order of imports that AGENTS.md states', () => {
  const names = [...read('../docs/guide/figures/packages.svg').matchAll(/>@hm\/(\w+)</g)].map(
    ([, name]) => name,
  );
  const order = /^cli → .*$/m.exec(read('../../AGENTS.md'))![0].split(/ → |, /);
  const sets = order.slice().sort();
  expect(names.slice().sort()).toEqual(sets);
  expect(sets).toEqual(readdirSync(new URL('../../packages', import.meta.url)).sort());
});
