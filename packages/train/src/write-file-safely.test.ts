import { existsSync } from 'node:fs';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnavailableError } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import { temporaryFolder } from './testing/tiny-run.ts';
import { PARTIAL, writeFileSafely } from './write-file-safely.ts';

test('replaces a file as a whole', async () => {
  const path = join(await temporaryFolder(), 'file');
  await writeFile(path, 'old and long');
  await writeFileSafely(path, new TextEncoder().encode('new'));
  expect(await readFile(path, 'utf8')).toBe('new');
});

// Whatever is written to /dev/full fails as on a full disk.
test.skipIf(!existsSync('/dev/full'))('a full disk leaves the old file and nothing else', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'file');
  await writeFile(path, 'old');
  await symlink('/dev/full', path + PARTIAL);
  const error = await writeFileSafely(path, new Uint8Array(100)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnavailableError);
  expect(error).toMatchObject({
    message: expect.stringContaining('full disk (ENOSPC)'),
    fields: { path, code: 'ENOSPC' },
  });
  expect(await readdir(folder)).toEqual(['file']);
  expect(await readFile(path, 'utf8')).toBe('old');
});

test('a folder that is not there', async () => {
  const path = join(await temporaryFolder(), 'missing', 'file');
  await expect(writeFileSafely(path, new Uint8Array(1))).rejects.toMatchObject({ code: 'unavailable' });
});
