import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noise, rgb, temporaryFolder, write } from './testing/files.ts';

test('the example of the README runs', async () => {
  const folder = temporaryFolder();
  const bytes = await rgb(noise(1, 20, 30), 20, 30)
    .jpeg()
    .toBuffer();
  write(join(folder, 'photographs/ada.jpg'), bytes);
  write(join(folder, 'photographs/mary.heic'), 'x');
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, example] = /```ts\n(.*?)```/s.exec(readme)!;
  const program = `process.chdir(${JSON.stringify(folder)});\n${example}`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
  expect(output).toBe('mary.heic: an image in a format that is not read\nada.jpg 20 30\n');
});
