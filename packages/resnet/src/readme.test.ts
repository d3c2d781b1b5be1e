/// <reference types="node" />
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it.each([
  ['first', 0, 'resnet18 [ 1, 64 ]\n'],
  ['backbone of layers', 1, '[ 1, 64 ]\n'],
])('runs the example of the README: %s', (_, index, printed) => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, example] = [...readme.matchAll(/```ts\n(.*?)```/gs)][index]!;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', example!], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(output).toBe(printed);
});
