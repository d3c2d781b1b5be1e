import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPartial, removeLeftovers } from './partial.ts';
import { CHILD, inChild, kill, temporaryFolder } from './testing/child.ts';
import { notWritable, SafeFile, writeFileSafely } from './write-file-safely.ts';

test('replaces a file as a whole, and keeps its mode', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'file');
  await writeFile(path, 'old and long');
  await chmod(path, 0o640);
  await writeFileSafely(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect(await readdir(folder)).toEqual(['file']);
});

test('piece by piece, and abandoned', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'file');
  const file = await SafeFile.create(path);
  for (let piece = 0; piece < 40; piece++) await file.write(new Uint8Array(100_000).fill(piece));
  expect(file.offset).toBe(4_000_000);
  await expect(stat(path)).rejects.toThrow(/ENOENT/);
  await file.finish();
  const bytes = await readFile(path);
  expect([bytes.length, bytes[99_999], bytes[100_000], bytes[3_999_999]]).toEqual([4_000_000, 0, 1, 39]);
  const other = await SafeFile.create(path);
  await other.write('x');
  await other.abandon();
  expect(await readdir(folder)).toEqual(['file']);
  expect((await stat(path)).size).toBe(4_000_000);
});

test('pieces of any size come in their order, and may be reused once they are written', async () => {
  const path = join(await temporaryFolder(), 'file');
  const file = await SafeFile.create(path);
  const sizes = [3, 700_000, 400_000, 0, 2_500_000, 5, 2 ** 20, 1, 2 ** 20 + 1];
  const expected: Buffer[] = [];
  const reused = Buffer.alloc(Math.max(...sizes));
  for (const [k, size] of sizes.entries()) {
    const piece = reused.subarray(0, size).fill(k + 1);
    expected.push(Buffer.from(piece));
    await file.write(piece);
  }
  await file.finish();
  expect((await readFile(path)).equals(Buffer.concat(expected))).toBe(true);
});

test('a link stays one', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), 'old');
  await symlink('file', join(folder, 'link'));
  await writeFileSafely(join(folder, 'link'), 'new');
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('new');
});

test('so does one to a file, or to a link, that is not there yet', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'elsewhere'));
  await symlink('elsewhere', join(folder, 'alias'));
  await symlink(join('..', 'elsewhere', 'file'), join(folder, 'elsewhere', 'link'));
  await symlink(join('alias', 'link'), join(folder, 'outer'));
  await writeFileSafely(join(folder, 'outer'), 'new');
  expect(await readlink(join(folder, 'outer'))).toBe(join('alias', 'link'));
  expect((await readdir(join(folder, 'elsewhere'))).sort()).toEqual(['file', 'link']);
  expect(await readFile(join(folder, 'elsewhere', 'file'), 'utf8')).toBe('new');
  await symlink(join('missing', 'file'), join(folder, 'broken'));
  await expect(writeFileSafely(join(folder, 'broken'), 'x')).rejects.toMatchObject({
    fields: { path: join(folder, 'broken'), code: 'ENOENT' },
  });
});

test.skipIf(process.platform === 'win32')('a pipe is written to', async () => {
  const path = join(await temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const [text] = await Promise.all([readFile(path, 'utf8'), writeFileSafely(path, 'through')]);
  expect(text).toBe('through');
  expect((await stat(path)).isFIFO()).toBe(true);
});

// The shell's limit of a file's size, in blocks of 512 or 1024 bytes.
test.skipIf(process.platform === 'win32')(
  'what does not fit leaves the old file and nothing else',
  async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'file');
    await writeFile(path, 'old');
    const script = 'ulimit -f 64; exec "$0" "$@"';
    const { stdout } = spawnSync(
      'sh',
      ['-c', script, process.execPath, CHILD, 'once', 'whole', path, '3000000'],
      {
        encoding: 'utf8',
      },
    );
    expect(JSON.parse(stdout)).toMatchObject({ code: 'unavailable', fields: { path, code: 'EFBIG' } });
    expect(await readdir(folder)).toEqual(['file']);
    expect(await readFile(path, 'utf8')).toBe('old');
  },
);

test('what a killed process left is known and removed; what a living one writes is not', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'file');
  const { child } = await inChild('half', path);
  const file = await SafeFile.create(path);
  const before = await readdir(folder);
  expect(before.map(isPartial)).toEqual([true, true]);
  await removeLeftovers(folder);
  expect(await readdir(folder)).toEqual(before);
  await kill(child);
  await removeLeftovers(folder);
  expect(await readdir(folder)).toHaveLength(1);
  await file.write('whole');
  await file.finish();
  expect(await readdir(folder)).toEqual(['file']);
  await removeLeftovers(join(folder, 'missing'));
  expect(['.partial', 'a.partial', 'file'].some(isPartial)).toBe(false);
});

// Only root may mount a small disk; there may be none to mount in a container.
test('a disk that is full keeps the old file and nothing of the new one', async (context) => {
  const folder = await temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (!mounted) return context.skip();
  try {
    const path = join(folder, 'file');
    await writeFileSafely(path, 'old');
    await expect(writeFileSafely(path, new Uint8Array(3e6))).rejects.toMatchObject({
      code: 'unavailable',
      fields: { path, code: 'ENOSPC' },
    });
    expect([await readdir(folder), await readFile(path, 'utf8')]).toEqual([['file'], 'old']);
  } finally {
    spawnSync('umount', [folder]);
  }
});

test.skipIf(!existsSync('/dev/full'))('a device that takes nothing', async () => {
  await expect(writeFileSafely('/dev/full', 'x')).rejects.toMatchObject({ fields: { code: 'ENOSPC' } });
});

test('a folder that is not there, a folder of that name, a full disk', async () => {
  const folder = await temporaryFolder();
  await expect(writeFileSafely(join(folder, 'missing', 'file'), 'x')).rejects.toMatchObject({
    code: 'unavailable',
    fields: { code: 'ENOENT' },
  });
  await expect(writeFileSafely(folder, 'x')).rejects.toMatchObject({ code: 'unavailable' });
  expect(await readdir(folder)).toEqual([]);
  expect(notWritable('a', Object.assign(new Error('write'), { code: 'ENOSPC' })).message).toBe(
    'a: expected to write there, got a full disk (ENOSPC). Fix: Make room there, or choose another disk.',
  );
});
