import { readdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockFile, lockFolder } from './lock.ts';
import { inChild, kill, temporaryFolder } from './testing/child.ts';

test('another process holds it: who, where and since when; once that is killed it is free', async () => {
  const folder = join(await temporaryFolder(), 'new');
  const { child, answer } = await inChild('lock', folder);
  expect(answer).toEqual({ done: true });
  const error = await lockFolder(folder).catch((reason: unknown) => reason);
  const [name] = await readdir(folder);
  const since = new Date(
    Number((await stat(join(folder, name!), { bigint: true })).mtimeNs / 1_000_000n),
  ).toISOString();
  expect(error).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(
      `process ${child.pid} on ${hostname()}, which has done so since ${since}`,
    ),
    fields: { pid: child.pid, host: hostname(), since, lock: join(folder, name!) },
  });
  // Whoever was refused leaves nothing behind.
  expect(await readdir(folder)).toEqual([name]);
  await kill(child);
  const lock = await lockFolder(folder);
  expect(await readdir(folder)).not.toContain(name);
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
});

test('of many that begin at once exactly one has it, also in the place of a dead one', async () => {
  for (let round = 0; round < 3; round++) {
    const folder = await temporaryFolder();
    if (round > 0) await kill((await inChild('lock', folder)).child);
    const answers = await Promise.all(Array.from({ length: 6 }, () => inChild('lock', folder)));
    expect(answers.filter(({ answer }) => answer.done)).toHaveLength(1);
    expect(await readdir(folder)).toHaveLength(1);
    for (const { child } of answers) await kill(child);
  }
});

test('the same process twice', async () => {
  const folder = await temporaryFolder();
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(/this process itself/);
  await lock.release();
  await (await lockFolder(folder)).release();
});

test('another machine’s is told, with how to remove it', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, '.@node-17_0a1b2c3d-4026531836_4711_123_0-1.lock');
  await writeFile(path, '');
  await expect(lockFolder(folder)).rejects.toThrow(
    new RegExp(`process 4711 on node-17.*no longer runs on node-17, remove ${path}`),
  );
  expect(await readdir(folder)).toHaveLength(1);
});

test('a number that another process has got meanwhile, and one of an earlier start of the machine', async () => {
  const folder = await temporaryFolder();
  const lock = await lockFolder(folder);
  const [name] = await readdir(folder);
  await lock.release();
  const [, place = ''] = name!.split('_');
  const reused = name!.replace(/_\d+_\w+(_\d+-\d+\.lock)$/, `_${process.ppid}_1$1`);
  await writeFile(join(folder, reused), '');
  if (place !== '') await writeFile(join(folder, name!.replace(place, '00000000-1')), '');
  await (await lockFolder(folder)).release();
  expect(await readdir(folder)).toEqual([]);
});

test('files of one folder have locks of their own', async () => {
  const folder = await temporaryFolder();
  const locks = [
    await lockFile(join(folder, 'a')),
    await lockFile(join(folder, 'b')),
    await lockFolder(folder),
  ];
  await expect(lockFile(join(folder, 'a'))).rejects.toThrow(/this process itself/);
  for (const lock of locks) await lock.release();
  expect(await readdir(folder)).toEqual([]);
});

test('where nothing can be written', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(lockFolder(join(file, 'folder'))).rejects.toMatchObject({ code: 'unavailable' });
});
