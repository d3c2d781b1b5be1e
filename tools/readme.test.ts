import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { blocksOf } from './markdown-blocks.ts';
import { typeErrors } from './type-check.ts';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const readme = readFileSync(path('README.md'), 'utf8');

/** The messages of the compiler about a program, as if it lay in a package that has all others. */
const compile = (text: string) =>
  typeErrors(new Map([[path('packages/cli/src/readme-example.ts'), text]]), path('packages/cli'));

it('the examples compile', () => {
  const examples = blocksOf(path('README.md')).filter(({ language }) => language === 'ts');
  expect(examples.map(({ text }) => compile(text))).toEqual(examples.map(() => []));
  expect(compile(`${examples[0]!.text}\nexport const wrong: string = same;`)).toHaveLength(1);
});

it('links lead somewhere', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link]) => link!);
  expect(links.length).toBeGreaterThan(9);
  expect(links.filter((link) => !existsSync(path(link)))).toEqual([]);
});
