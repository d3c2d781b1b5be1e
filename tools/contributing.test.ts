import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');
const text = read('AGENTS.md') + read('CONTRIBUTING.md');
const found = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name!);

it('names files and folders that there are', () => {
  const linked = found(/\]\(([^)]+)\)/g);
  const quoted = found(/`((?:packages|tools)\/[\w./-]+)`/g).filter((name) => !/[A-Z]{4}/.test(name));
  expect(linked.length).toBeGreaterThan(9);
  expect(quoted.length).toBeGreaterThan(9);
  expect([...linked, ...quoted].filter((name) => !existsSync(path(name)))).toEqual([]);
});

it('names commands that there are', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const commands = found(/`(?:pnpm|npm) ([a-z]+)/g);
  expect(commands.length).toBeGreaterThan(7);
  expect(commands.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});
