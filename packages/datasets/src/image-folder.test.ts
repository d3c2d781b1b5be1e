import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedData } from '../../../tools/test-data.ts';
import { checkTrainable } from './check-trainable.ts';
import { imageFolder } from './image-folder.ts';
import { readNameList } from './people/name-list.ts';
import { temporaryFolder, write, writeFaces } from './testing/files.ts';

const folder = temporaryFolder();
let count = 0;
const faces = (identities: number, images: number) =>
  writeFaces(join(folder, String(count++)), identities, images, 4);

describe('imageFolder', () => {
  test('labels follow the names by code unit, images their file names', async () => {
    const root = join(folder, 'order');
    for (const path of ['b/2.jpg', 'b/10.jpg', 'B/1.JPEG', 'é/1.webp', 'a/1.png'])
      write(join(root, path), 'x');
    const data = await imageFolder(root);
    expect(data.names).toEqual(['B', 'a', 'b', 'é']);
    expect([data.length, data.classes]).toEqual([5, 4]);
    const samples = await Promise.all([0, 1, 2, 3, 4].map((index) => data.sample(index)));
    expect(samples.map(({ id, label }) => [id, label])).toEqual([
      ['B/1.JPEG', 0],
      ['a/1.png', 1],
      ['b/10.jpg', 2],
      ['b/2.jpg', 2],
      ['é/1.webp', 3],
    ]);
    expect(samples[3]!.image).toEqual({ path: join(root, 'b/2.jpg') });
    expect(data.name(2)).toBe('b');
  });

  test('lists what it does not use', async () => {
    const root = await faces(2, 2);
    mkdirSync(join(root, 'empty'));
    write(join(root, 'README'), 'x');
    write(join(root, 'a', 'notes.txt'), 'x');
    write(join(root, 'a', 'deeper', '1.png'), 'x');
    symlinkSync(join(root, 'nowhere'), join(root, 'a', 'broken.png'));
    const data = await imageFolder(root);
    expect([data.length, data.classes]).toEqual([4, 2]);
    write(join(root, 'loose.jpg'), 'x');
    write(join(root, 'mary', '1.heic'), 'x');
    write(join(root, '@eaDir', 'a', '1.png'), 'x');
    const { skipped } = await imageFolder(root);
    expect(skipped.map(({ path, reason, missed }) => [path, reason, missed])).toEqual([
      ['@eaDir', 'hidden, or left by a system or tool', false],
      ['README', 'not an image file', false],
      ['a/broken.png', 'a link that leads nowhere', true],
      ['a/deeper', 'a folder inside an identity’s folder', true],
      ['a/notes.txt', 'not an image file', false],
      ['loose.jpg', 'an image outside of the identities’ folders', true],
      ['mary/1.heic', 'an image in a format that is not read', true],
      ['empty', 'a folder without images', true],
      ['mary', 'a folder without images', true],
    ]);
  });

  test('minImages skips small identities', async () => {
    const root = await faces(2, 2);
    write(join(root, 'a', '3.png'), 'x');
    const data = await imageFolder(root, { minImages: 3 });
    expect([data.names, data.skipped]).toEqual([
      ['a'],
      [{ path: 'b', reason: '2 of at least 3 images', missed: true }],
    ]);
  });

  test('leaves identities out, and renumbers the rest', async () => {
    const data = await imageFolder(await faces(3, 1), { exclude: ['b'] });
    expect([data.names, data.excluded]).toEqual([['a', 'c'], ['b']]);
    expect((await data.sample(1)).label).toBe(1);
  });

  test('an excluded name that does not exist is an error, unless allowed', async () => {
    const root = await faces(2, 1);
    const exclude = ['a', 'Ada', 'Grace'];
    await expect(imageFolder(root, { exclude })).rejects.toMatchObject({
      code: 'invalid-argument',
      fields: { unknown: ['Ada', 'Grace'] },
    });
    expect((await imageFolder(root, { exclude, allowUnknownExclude: true })).names).toEqual(['b']);
  });

  test('a folder that does not exist, a file, a folder without identities', async () => {
    const flat = join(folder, 'flat');
    const file = write(join(flat, '1.png'), 'x');
    for (const root of [join(folder, 'none'), file, flat]) {
      await expect(imageFolder(root)).rejects.toMatchObject({ code: 'invalid-data', fields: { path: root } });
    }
    await expect(imageFolder(flat)).rejects.toThrow('folder of its own');
  });

  test('one identity opens, and is refused for training', async () => {
    const data = await imageFolder(await faces(1, 2));
    expect(data.classes).toBe(1);
    expect(() => checkTrainable(data)).toThrow('at least two identities');
    checkTrainable(await imageFolder(await faces(2, 1)));
  });

  test('symbolic links may lead around in the folder, not out of it', async () => {
    const root = await faces(2, 1);
    symlinkSync(join(root, 'a'), join(root, 'c'));
    expect((await imageFolder(root)).names).toEqual(['a', 'b', 'c']);
    const outside = write(join(folder, 'outside.png'), 'x');
    symlinkSync(outside, join(root, 'a', '2.png'));
    expect((await imageFolder(root)).skipped).toEqual([
      { path: 'a/2.png', reason: 'a link that leads out of the folder', missed: true },
      { path: 'c/2.png', reason: 'a link that leads out of the folder', missed: true },
    ]);
  });
});

describe('readNameList', () => {
  test('one name a line', async () => {
    const path = write(join(folder, 'names.txt'), '\uFEFFAda Lovelace\r\n\r\n Grace \nGrace\n');
    expect(await readNameList(path)).toEqual(['Ada Lovelace', 'Grace']);
  });

  test('a missing file', async () => {
    await expect(readNameList(join(folder, 'no.txt'))).rejects.toMatchObject({ code: 'invalid-data' });
  });
});

const shared = sharedData();
test.skipIf(!shared)('the shared photographs without the LFW overlap (skipped: no shared data)', async () => {
  const exclude = await readNameList(join(shared!, 'faces-lfw-overlap.txt'));
  expect(exclude).toHaveLength(34);
  const data = await imageFolder(join(shared!, 'faces'), { exclude });
  expect([data.classes, data.excluded.length, data.skipped.length]).toEqual([187, 34, 0]);
  expect((await imageFolder(join(shared!, 'faces'))).length).toBe(30_297);
});
