import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRegularFile, readRegularText, regularFileSize } from './regular-file.ts';
import { temporaryFolder } from './testing/child.ts';

test('a file, also by a link, and a text without its byte order mark', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a'), '\uFEFFtext');
  await symlink(join(folder, 'a'), join(folder, 'b'));
  expect(regularFileSize(join(folder, 'b'))).toBe(7);
  expect((await readRegularFile(join(folder, 'b'))).length).toBe(7);
  expect(await readRegularText(join(folder, 'b'))).toBe('text');
});

test.skipIf(process.platform === 'win32')('what is no file is not opened', async () => {
  const folder = await temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await mkdir(join(folder, 'folder'));
  const server = createServer().listen(join(folder, 'socket'));
  try {
    for (const [path, received] of [
      [join(folder, 'pipe'), 'a pipe'],
      [join(folder, 'folder'), 'a folder'],
      [join(folder, 'socket'), 'a socket'],
      ['/dev/zero', 'a device'],
      [join(folder, 'none'), 'no such file'],
      [join(folder, 'a'.repeat(5000)), 'too long'],
      ['a\0b', 'no file can have'],
    ] as const)
      await expect(readRegularFile(path)).rejects.toThrow(received);
  } finally {
    server.close();
  }
});

test('one that is too large is not read', async () => {
  const path = join(await temporaryFolder(), 'large');
  await writeFile(path, '');
  await truncate(path, 3 * 2 ** 30);
  await expect(readRegularFile(path)).rejects.toMatchObject({ code: 'invalid-data', fields: { path } });
  await expect(readRegularText(path)).rejects.toThrow(/got 3221225472 bytes, of at most 67108864/);
});
