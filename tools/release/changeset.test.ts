import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, it } from 'vitest';
import { commitAll, copyRepository, git } from '../copy-repository.mjs';

const changesets = fileURLToPath(new URL('../../node_modules/@changesets/cli/bin.js', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'hm-changeset-'));
copyRepository(copy);
git(copy, 'switch', '--quiet', '--create', 'change');
afterEach(() => git(copy, 'reset', '--quiet', '--hard', 'main'));
afterAll(() => rmSync(copy, { recursive: true }));

/** What the workflow asks of a pull request that changes a file, with a changeset or without. */
function check(file: string, changeset?: string) {
  appendFileSync(join(copy, file), '\n');
  if (changeset) writeFileSync(join(copy, '.changeset/change.md'), changeset);
  commitAll(copy);
  const options = [changesets, 'status', '--since=main'];
  const env = { ...process.env, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, options, {
    cwd: copy,
    encoding: 'utf8',
    env,
  });
  return { status, said: stdout + stderr };
}

const source = 'packages/losses/src/heads/arc-face.ts';

it('a change that users can notice is refused without a changeset, and passes with one', () => {
  const refused = check(source);
  expect(refused.status).toBe(1);
  expect(refused.said).toMatch(/no changesets were found/);
  git(copy, 'reset', '--quiet', '--hard', 'main');
  const passed = check(source, '---\n"@hm/losses": patch\n---\n\nA line.\n');
  expect(passed.status).toBe(0);
  expect(passed.said).toMatch(/bumped at patch:[\s\S]*@hm\/losses/);
});

it.each([
  'packages/eval/package.json',
  'packages/tensor/build/peer-operations.ts',
  'packages/cli/src/commands/train.ts',
])('%s is noticed', (file) => expect(check(file).status).toBe(1));

it.each([
  'packages/losses/src/heads/margins.test.ts',
  'packages/losses/src/testing/reference.ts',
  'packages/tensor/src/testing.ts',
  'packages/losses/README.md',
  'tools/examples/fine-tune/main.js',
  'tools/test.mjs',
  'README.md',
])('%s is not', (file) => expect(check(file)).toMatchObject({ status: 0 }));
