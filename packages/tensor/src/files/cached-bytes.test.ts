import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cachedBytes } from './cached-bytes.ts';

let folder: string;
let made: number;
const before = process.env.HM_CACHE;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-cached-'));
  process.env.HM_CACHE = join(folder, 'cache');
  made = 0;
});
afterEach(async () => {
  if (before === undefined) delete process.env.HM_CACHE;
  else process.env.HM_CACHE = before;
  await rm(folder, { recursive: true });
});

const three = (madeFrom = 'three') =>
  cachedBytes({ name: 'three', madeFrom, make: async () => Uint8Array.of(1, 2, ++made) });

test('are made once, and again from something else', async () => {
  expect([...(await three())]).toEqual([1, 2, 1]);
  expect([...(await three())]).toEqual([1, 2, 1]);
  expect([...(await three('others'))]).toEqual([1, 2, 2]);
  expect(made).toBe(2);
});

test('an altered copy is not used', async () => {
  await three();
  const [name] = await readdir(join(folder, 'cache'));
  await writeFile(join(folder, 'cache', name!), Uint8Array.of(9, 9, 9));
  expect([...(await three())]).toEqual([1, 2, 2]);
});

test('a folder that cannot be made costs the time of making them again', async () => {
  await writeFile(join(folder, 'cache'), 'a file');
  expect([...(await three())]).toEqual([1, 2, 1]);
  expect([...(await three())]).toEqual([1, 2, 2]);
});
