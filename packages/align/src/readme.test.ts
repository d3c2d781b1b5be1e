import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawFace } from './testing/drawn-face.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-align-readme-'));
  await mkdir(join(folder, 'photographs'));
  await drawFace()
    .jpeg()
    .toFile(join(folder, 'photographs', 'ada.jpg'));
  await sharp({ create: { width: 80, height: 80, channels: 3, background: '#678' } })
    .jpeg()
    .toFile(join(folder, 'photographs', 'wall.jpg'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the example of the README runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, example] = /```ts\n(.*?)```/s.exec(readme)!;
  // Imports resolve from the package, whose dependencies are installed; paths are those of the folder.
  const program = `process.chdir(${JSON.stringify(folder)});\n${example}`;
  const cwd = new URL('..', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
  });
  expect(stdout).toBe('wall.jpg: no face\n1 of 2 aligned\n');
  const { height, width } = await sharp(join(folder, 'ada.png')).metadata();
  expect([height, width]).toEqual([112, 112]);
  expect((await sharp(join(folder, 'photographs-112x112', 'ada.jpg')).metadata()).width).toBe(112);
});
