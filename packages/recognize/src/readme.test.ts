import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedData } from '../../../tools/test-data.ts';

const data = sharedData();
if (data === undefined) console.log('readme.test.ts is skipped: no shared data (set HM_DATA)');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-recognize-readme-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.skipIf(data === undefined)(
  'the example of the README runs',
  async () => {
    const bush = 'George_W_Bush/George_W_Bush';
    for (const [from, to] of [
      [`${bush}_0007`, 'ada-1'],
      [`${bush}_0016`, 'ada-2'],
      [`${bush}_0065`, 'party'],
    ] as const)
      await copyFile(join(data!, 'lfw/images', `${from}.jpg`), join(folder, `${to}.jpg`));
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const [, example] = /```ts\n(.*?)```/s.exec(readme)!;
    const program = `process.chdir(${JSON.stringify(folder)});\n${example}`;
    const cwd = new URL('..', import.meta.url).pathname;
    const options = ['--input-type=module', '-e', program];
    const { stdout } = await promisify(execFile)(process.execPath, options, { cwd });
    expect(stdout).toMatch(/^true 0\.\d+ \{/);
    expect(stdout).toMatch(/Ada/);
  },
  60_000,
);
