/// <reference types="node" />
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('runs the example of the README', () => {
  const example = /```ts\n(.*?)```/s.exec(
    readFileSync(new URL('../README.md', import.meta.url), 'utf8'),
  )![1]!;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', example], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(output).toMatch(/Float32Array\(1\) \[ \d+\.\d+ \] \[ 2, 512 \]/);
});
