import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSession } from '@hm/onnx/session';
import { expect, test } from 'vitest';
import { temporaryFolder } from './testing/tiny-run.ts';

test('the example of the README runs, and prints nothing of its own', async () => {
  const folder = await temporaryFolder();
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, example] = /```ts\n(.*?)```/s.exec(readme)!;
  // Imports resolve from the package, whose dependencies are installed; paths are those of the folder.
  const program = `process.chdir(${JSON.stringify(folder)});\n${example}`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', program],
    { cwd: new URL('..', import.meta.url) },
  );
  expect(stdout).toBe('start 0\nstep 1\nstep 4\nepoch 4\ncheckpoint 4\ndone 4\n');
  expect(stderr).toBe('');
  const file = join(folder, 'hm-arcface.onnx');
  expect((await stat(file)).size).toBeGreaterThan(40e6);
  const session = await createSession(file);
  expect(session.metadata['hm.head']).toContain('hard-mining');
  await session.release();
});
