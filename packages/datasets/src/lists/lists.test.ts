import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { imageFolder } from '../image-folder.ts';
import { temporaryFolder, write, writeFaces } from '../testing/files.ts';
import { writeImageList } from '../write/write-image-list.ts';
import { imageListFile } from './image-list-file.ts';
import { pairList } from './pair-list.ts';

const folder = temporaryFolder();
let count = 0;
const list = (name: string, text: string) => write(join(folder, String(count++), name), text);
const rows = async (path: string) => {
  const data = await imageListFile(path);
  const found: unknown[] = [];
  for (let index = 0; index < data.length; index++) {
    const { id, label } = await data.sample(index);
    found.push([id, label, data.name(label)]);
  }
  return found;
};

describe('imageListFile', () => {
  test.each([
    [
      'im2rec.lst',
      '7\t0.000000\tman/1.jpg\n\n3\t1.000000\twoman/a b.jpg\n',
      'man/1.jpg',
      'woman/a b.jpg',
      '0',
      '1',
    ],
    ['spaces.txt', '\uFEFFman/1.jpg 0\r\nwoman/2.jpg 1\r\n', 'man/1.jpg', 'woman/2.jpg', '0', '1'],
    ['named.txt', 'a.jpg Grace\nb.jpg Lise\n', 'a.jpg', 'b.jpg', 'Grace', 'Lise'],
    [
      'header.csv',
      'Identity,note,Path\nGrace,x,"a, b.jpg"\nLise,y,c.jpg\n',
      'a, b.jpg',
      'c.jpg',
      'Grace',
      'Lise',
    ],
    ['bare.csv', 'a.jpg,0\nb.jpg,1', 'a.jpg', 'b.jpg', '0', '1'],
  ])('%s', async (name, text, first, second, firstName, secondName) => {
    const path = list(name, text);
    expect(await rows(path)).toEqual([
      [first, 0, firstName],
      [second, 1, secondName],
    ]);
    const data = await imageListFile(path, { root: '/photos' });
    expect((await data.sample(0)).image).toEqual({ path: join('/photos', first) });
  });

  test('names are numbered in their order', async () => {
    expect(await rows(list('a.txt', '1.jpg b\n2.jpg a\n3.jpg b\n'))).toEqual([
      ['1.jpg', 1, 'b'],
      ['2.jpg', 0, 'a'],
      ['3.jpg', 1, 'b'],
    ]);
  });

  test('what writeImageList writes', async () => {
    const faces = await imageFolder(await writeFaces(join(folder, 'faces'), 2, 2));
    const path = join(folder, 'faces', 'all.csv');
    expect(await writeImageList(path, faces)).toBe(4);
    expect(await rows(path)).toEqual([
      ['a/1.png', 0, 'a'],
      ['a/2.png', 0, 'a'],
      ['b/1.png', 1, 'b'],
      ['b/2.png', 1, 'b'],
    ]);
  });

  test.each([
    ['a.txt', '', 'none'],
    ['a.txt', '1.jpg 0\n2.jpg\n', 'line 2'],
    ['a.txt', '../1.jpg 0\n', 'leads out'],
    ['a.txt', '/etc/passwd 0\n', 'absolute'],
    ['a.txt', 'one two three four\n', 'path label'],
    ['a.csv', 'path,size\n1.jpg,3\n', 'a column label or name'],
    ['a.csv', '1.jpg,0\n"2.jpg,1\n', 'Quote'],
  ])('%s %j is refused', async (name, text, words) => {
    const path = list(name, text);
    await expect(imageListFile(path)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining(words),
      fields: { path, offset: expect.any(Number) },
    });
  });

  test('a link out of the root is a bad sample; no such list', async () => {
    const path = list('a.txt', '1.jpg 0\n');
    symlinkSync(write(join(folder, 'outside.jpg'), 'x'), join(path, '..', '1.jpg'));
    const data = await imageListFile(path);
    expect(() => data.sample(0)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
    await expect(imageListFile(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'invalid-data' });
    await expect(imageListFile(join(folder, 'none.txt'))).rejects.toMatchObject({ code: 'invalid-data' });
  });
});

describe('pairList', () => {
  const withImages = (name: string, text: string) => {
    const path = list(name, text);
    for (const image of ['a 1.jpg', 'b.jpg', 'c.jpg']) write(join(path, '..', image), 'x');
    return path;
  };

  test.each([
    ['tabs.txt', 'a 1.jpg\tb.jpg\t1\nb.jpg\tc.jpg\t-1\n'],
    ['bare.csv', 'a 1.jpg,b.jpg,true\nb.jpg,c.jpg,False\n'],
    ['header.csv', 'label,image2,image1,fold\n1,b.jpg,a 1.jpg,3\n0,c.jpg,b.jpg,7\n'],
  ])('%s', async (name, text) => {
    const path = withImages(name, text);
    const protocol = await pairList(path);
    expect(protocol).toMatchObject({ name, official: false, folds: 2 });
    expect(protocol.images.map(({ id }) => id)).toEqual(['a 1.jpg', 'b.jpg', 'c.jpg']);
    expect(protocol.images[2]).toEqual({ id: 'c.jpg', path: join(path, '..', 'c.jpg') });
    expect(protocol.pairs).toEqual([
      { first: 0, second: 1, same: true, fold: 0 },
      { first: 1, second: 2, same: false, fold: 1 },
    ]);
  });

  test.each([
    ['a.txt', '', 'none'],
    ['a.txt', 'b.jpg c.jpg 2\n', 'same is 1 or 0'],
    ['a.txt', 'b.jpg c.jpg 1 1\n', 'same is 1 or 0'],
    ['a.txt', 'b.jpg d.jpg 1\n', 'an image'],
    ['a.txt', 'b.jpg ../c.jpg 1\n', 'leads out'],
    ['a.csv', 'first,second\nb.jpg,c.jpg\n', 'a column same'],
    ['a.csv', 'first,second,same,fold\nb.jpg,c.jpg,1,x\n', 'a number as fold'],
  ])('%s %j is refused', async (name, text, words) => {
    const path = withImages(name, text);
    await expect(pairList(path)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining(words),
      fields: { path, offset: expect.any(Number) },
    });
  });

  test('a folder is no image', async () => {
    const path = withImages('a.txt', 'b.jpg d.jpg 1\n');
    mkdirSync(join(path, '..', 'd.jpg'));
    await expect(pairList(path)).rejects.toThrow('an image');
  });
});
