import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { copyRepository } from '../copy-repository.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'hm-turbo-'));
copyRepository(copy);
afterAll(() => rmSync(copy, { recursive: true }));

/** The packages' keys in the cache: a build runs where the key is one that it has not seen. */
function keys(): Record<string, string> {
  const turbo = [join(root, 'node_modules/turbo/bin/turbo'), 'run', 'build', '--dry=json'];
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' };
  const output = execFileSync(process.execPath, turbo, {
    ...{ cwd: copy, env, encoding: 'utf8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { tasks } = JSON.parse(output) as { tasks: { package: string; hash: string }[] };
  const built = tasks.filter(({ package: name }) => name.startsWith('@hm/'));
  return Object.fromEntries(built.map(({ package: name, hash }) => [name, hash]));
}

/** The packages that a change of a file builds anew. */
function rebuilt(file: string): string[] {
  const before = keys();
  expect(Object.keys(before)).toHaveLength(12);
  appendFileSync(join(copy, file), '\n');
  return Object.entries(keys()).flatMap(([name, key]) => (before[name] === key ? [] : [name.slice(4)]));
}

it('a second build does nothing', () => expect(keys()).toEqual(keys()));

it.each([
  ['a source', 'packages/losses/src/heads/arc-face.ts', ['cli', 'losses', 'study', 'train']],
  ['a manifest', 'packages/eval/package.json', ['cli', 'eval', 'recognize', 'study']],
  ['what every build shares', 'tools/build/tsdown.ts', undefined],
  ['a part of one package’s build', 'packages/tensor/build/peer-operations.ts', undefined],
  ['a test', 'packages/tensor/src/operations/relu.test.ts', []],
  ['a README', 'packages/tensor/README.md', []],
])('a change of %s rebuilds it and what depends on it', (_what, file, packages) => {
  const all = [
    ...['align', 'cli', 'datasets', 'eval', 'images', 'losses', 'onnx'],
    ...['recognize', 'resnet', 'study', 'tensor', 'train'],
  ];
  expect(rebuilt(file).sort()).toEqual(packages ?? all);
});
