/// <reference types="node" />
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, example]) => example!);
const outputs = [
  /Float32Array\(1\) \[ \d+\.\d+ \] \[ 2, 512 \]/,
  /hard-mining \{\n {2}name: 'arcface',\n {2}scale: 32/,
  /\{ name: 'soft-face', scale: 64, margin: 0.4 \}/,
  /\[ 6 \] hm-\(arcface\+triplet\)\n\[ 3, 8 \]/,
  /\[ 3 \] \[ 100, 8 \] \[ 100, 8 \]/,
  /slope: 3\.\d+\n\}\n\d+/,
];

it.each([...outputs.entries()])('runs example %i of the README', (index, expected) => {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', examples[index]!], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(output).toMatch(expected);
});

it('has a test for every example, and the figures that it shows', () => {
  expect(examples).toHaveLength(outputs.length);
  const figures = [...readme.matchAll(/\]\((figures\/[^)]+)\)/g)].map(([, path]) => path!);
  expect(figures).not.toEqual([]);
  for (const path of figures) expect(existsSync(new URL(`../${path}`, import.meta.url))).toBe(true);
});
