/// <reference types="node" />
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { coveredKernels } from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('runs the example of the README', () => {
  const example = /```ts\n(.*?)```/s.exec(readme)![1]!;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', example], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [first, second] = /\[ (.+), (.+) \]/.exec(output)!.slice(1).map(Number);
  expect(first).toBeCloseTo(3, 3);
  expect(second).toBeCloseTo(-1, 3);
});

it('lists the covered kernels in the README', () => {
  const table = readme.slice(readme.indexOf('## Kernels'), readme.indexOf('Each is tested'));
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.includes('---'));
  const names = rows.slice(1).flatMap((row) =>
    row
      .split('|')[2]!
      .split(',')
      .map((name) => name.trim()),
  );
  expect(names.toSorted()).toEqual([...coveredKernels]);
});
