import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noise, rgb, temporaryFolder, write, writeFaces } from './testing/files.ts';

test('the examples of the README run', async () => {
  const folder = temporaryFolder();
  await writeFaces(join(folder, 'faces-112x112'), 3, 3);
  write(join(folder, 'faces-lfw-overlap.txt'), 'c\n');
  for (const name of ['Ada_0001', 'Ada_0002', 'Grace_0001']) {
    const person = name.split('_')[0]!;
    const bytes = await rgb(noise(1, 8, 8), 8, 8)
      .jpeg()
      .toBuffer();
    write(join(folder, 'lfw-112x112', person, `${name}.jpg`), bytes);
  }
  write(join(folder, 'lfw-112x112/pairs.txt'), '1\nAda\t1\t2\nAda\t1\tGrace\t1\n');
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const outputs = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, example]) => {
    // Imports resolve from the package, whose dependencies are installed; paths are those of the folder.
    const program = `process.chdir(${JSON.stringify(folder)});\n${example}`;
    return execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('..', import.meta.url),
      encoding: 'utf8',
    });
  });
  expect(outputs).toEqual([
    '[ 6, 112, 112, 3 ] [ 6 ]\n[ 6, 112, 112, 3 ] [ 6 ]\n2 1 false\n',
    'recordio 2 Grace\n',
  ]);
});
