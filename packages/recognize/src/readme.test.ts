import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { withMetadata } from '@hm/onnx/session';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { meanColor } from './testing.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-recognize-readme-'));
  for (const [name, background] of Object.entries({
    'ada-1': '#e01010',
    'ada-2': '#d01010',
    'grace-1': '#10d010',
  }))
    await sharp({ create: { width: 112, height: 112, channels: 3, background } }).toFile(
      join(folder, `${name}.jpg`),
    );
  await writeFile(
    join(folder, 'face.onnx'),
    withMetadata(meanColor(112), preprocessingToMetadata(defaultPreprocessing)),
  );
});
afterAll(() => rm(folder, { recursive: true }));

test('the example of the README runs, on faces that are aligned already', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, example] = /```ts\n(.*?)```/s.exec(readme)!;
  const aligned = example!.replace("('face.onnx')", "('face.onnx', { aligned: true })");
  const program = `process.chdir(${JSON.stringify(folder)});\n${aligned}`;
  const cwd = new URL('..', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
  });
  expect(stdout).toBe('true 1.00 ada-1.jpg\n');
});
