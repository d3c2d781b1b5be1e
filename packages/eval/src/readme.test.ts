import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { withMetadata } from '@hm/onnx/session';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyModel } from './testing/tiny-model.ts';

const people = ['Ada_Lovelace', 'Grace_Hopper', 'Emmy_Noether'];
const pairs = `2\t2
Ada_Lovelace\t1\t2
Grace_Hopper\t1\t2
Ada_Lovelace\t1\tGrace_Hopper\t1
Grace_Hopper\t2\tEmmy_Noether\t1
Emmy_Noether\t1\t2
Ada_Lovelace\t1\t2
Emmy_Noether\t1\tAda_Lovelace\t2
Emmy_Noether\t2\tGrace_Hopper\t1
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-eval-readme-'));
  const [red, green, blue] = ['#e01010', '#10d010', '#1010c0'];
  for (const [person, background] of [red!, green!, blue!].entries()) {
    const directory = join(folder, 'lfw-112x112', people[person]!);
    await mkdir(directory, { recursive: true });
    for (const image of [1, 2]) {
      const picture = sharp({ create: { width: 112, height: 112, channels: 3, background } });
      await picture
        .jpeg({ quality: 60 + 10 * image })
        .toFile(join(directory, `${people[person]}_000${image}.jpg`));
    }
  }
  await writeFile(join(folder, 'lfw-112x112', 'pairs.txt'), pairs);
  const meanColor = tinyModel({
    inputs: { input: ['N', 3, 112, 112] },
    nodes: [
      ['GlobalAveragePool', ['input'], 'color'],
      ['Flatten', ['color'], 'embedding', { axis: 1 }],
    ],
    outputs: { embedding: ['N', 3] },
  });
  await writeFile(
    join(folder, 'face.onnx'),
    withMetadata(meanColor, preprocessingToMetadata(defaultPreprocessing)),
  );
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
  expect(stdout).toBe('1 ± 0\n');
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
  expect(report).toMatchObject({
    model: 'face.onnx',
    pairs: 8,
    accuracy: 1,
    auc: 1,
    flip: 'sum',
    official: false,
  });
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain('| face.onnx, flip sum | 100.00 * |');
});
