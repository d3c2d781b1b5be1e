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
const list = (name: string, text: string): string => write(join(folder, String(count++), name), text);
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

  test.each([
    [
      'a path with spaces',
      'a.txt',
      'a.jpg 0\nmy photo.jpg 1\n',
      [
        ['a.jpg', 0, '0'],
        ['my photo.jpg', 1, '1'],
      ],
    ],
    [
      'a name with spaces',
      'a.txt',
      'a.jpg Ada Lovelace\nb.jpg Bob\n',
      [
        ['a.jpg', 0, 'Ada Lovelace'],
        ['b.jpg', 1, 'Bob'],
      ],
    ],
    [
      'the label first',
      'a.txt',
      '0 a.jpg\n1 b.jpg\n',
      [
        ['a.jpg', 0, '0'],
        ['b.jpg', 1, '1'],
      ],
    ],
    [
      'InsightFace’s',
      'a.lst',
      '1\tx/a.jpg\t0\n1\tx/b.jpg\t1\n',
      [
        ['x/a.jpg', 0, '0'],
        ['x/b.jpg', 1, '1'],
      ],
    ],
    [
      'row numbers',
      'a.csv',
      'id,File Name,label\n1,a.jpg,0\n2,b.jpg,0\n',
      [
        ['a.jpg', 0, '0'],
        ['b.jpg', 0, '0'],
      ],
    ],
    [
      'names beside row numbers',
      'a.csv',
      'id,path,identity\n1,a.jpg,ada\n2,b.jpg,ada\n',
      [
        ['a.jpg', 0, 'ada'],
        ['b.jpg', 0, 'ada'],
      ],
    ],
    [
      'semicolons',
      'a.csv',
      'file_name;label\n"a;1.jpg";0\nb.jpg;1\n',
      [
        ['a;1.jpg', 0, '0'],
        ['b.jpg', 1, '1'],
      ],
    ],
    [
      'another system',
      'a.txt',
      'x\\a.jpg 0\r\n.\\x\\b.jpg 1\r\n',
      [
        ['x/a.jpg', 0, '0'],
        ['x/b.jpg', 1, '1'],
      ],
    ],
    [
      'large and fractional numbers',
      'a.txt',
      'a.jpg 6900307\nb.jpg 690030.0\nc.jpg 690030\n',
      [
        ['a.jpg', 1, '6900307'],
        ['b.jpg', 0, '690030'],
        ['c.jpg', 0, '690030'],
      ],
    ],
    [
      'numbers beyond float64',
      'a.txt',
      'a.jpg 90071992547409931\nb.jpg 90071992547409930\n',
      [
        ['a.jpg', 1, '90071992547409931'],
        ['b.jpg', 0, '90071992547409930'],
      ],
    ],
  ])('%s', async (_, name, text, expected) => {
    expect(await rows(list(name, text))).toEqual(expected);
  });

  test('UTF-16 and Windows-1252', async () => {
    const text = 'José/1.jpg\t0\n';
    const path = list('a.txt', '');
    for (const bytes of [
      Buffer.from(`\uFEFF${text}`, 'utf16le'),
      Buffer.from(text, 'latin1'),
      Buffer.from(text),
    ]) {
      write(path, bytes);
      expect(await rows(path)).toEqual([['José/1.jpg', 0, '0']]);
    }
  });

  test('lines that end with a carriage return alone are refused, and no single row', async () => {
    await expect(imageListFile(list('a.txt', 'a.jpg 0\rb.jpg 1\r'))).rejects.toThrow(
      /a carriage return alone.*tr '\\r' '\\n'/,
    );
  });

  test('columns by their titles, whole paths, letters with accents, and one split of several', async () => {
    const path = list('a.csv', 'a,b,part\nJos\u00e9/1.jpg,7,train\n2.jpg,8,test\n');
    const root = join(path, '..');
    write(join(root, 'Jose\u0301', '1.jpg'), 'x');
    const data = await imageListFile(path, { imageColumn: 'A', labelColumn: 'b' });
    expect((await data.sample(0)).image).toEqual({ path: join(root, 'Jose\u0301', '1.jpg') });
    const whole = list('a.csv', `path,label,split\n${root}/Jos\u00e9/1.jpg,0,train\nb.jpg,1,val\n`);
    expect((await imageListFile(whole, { root, split: 'train' })).length).toBe(1);
    const named = list('a.csv', 'photo,who,label,name,split\na.jpg,x,0,Ada,train\nb.jpg,y,1,Bo,test\n');
    const options = { imageColumn: 'photo', split: 'train' };
    for (const [more, name] of [
      [{}, 'Ada'],
      [{ labelColumn: 'who' }, 'x'],
    ] as const) {
      const data = await imageListFile(named, { ...options, ...more });
      expect([data.length, data.name(0)]).toEqual([1, name]);
      await expect(imageListFile(named, { ...more, imageColumn: 'photo' })).rejects.toThrow('train and test');
    }
    await expect(imageListFile(list('b.csv', 'path,label\na.jpg,0\n'), { split: 'test' })).rejects.toThrow(
      /a column split.*Leave out `split`/,
    );
    await expect(imageListFile(list('b.lst', 'a.jpg\t0\n'), { split: 'test' })).rejects.toThrow(
      'column split',
    );
    const validation = list('val.txt', 'a.jpg 0\n');
    expect((await imageListFile(validation, { split: 'validation' })).length).toBe(1);
    await expect(imageListFile(path, { imageColumn: 'c' })).rejects.toThrow('a column c');
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
    ['a.txt', 'https://example.com/1.jpg 0\n', 'an address: download'],
    ['a.txt', '/etc/passwd.jpg 0\n', 'absolute'],
    ['a.txt', 'C:\\\\faces\\\\1.jpg 0\n', 'absolute'],
    ['a.txt', '1.jpg 0\n2.jpg 0 7 8\n', 'line 2'],
    ['a.txt', '1.jpg 0\nnotes 1\n', 'line 2'],
    ['a.csv', '1.jpg,0\n2, b.jpg,0\n', 'line 2'],
    ['a.csv', 'path,label\n1.jpg,-1\n', 'stands for none'],
    ['a.txt', 'a.jpg 1\nb.jpg 2\nc.jpg 3\nd.jpg 4\n', 'as many classes as images'],
    ['a.csv', 'id,path\n1,a.jpg\n2,b.jpg\n3,c.jpg\n4,d.jpg\n', 'as many classes as images'],
    ['a.csv', 'path,label,split\na.jpg,0,train\nb.jpg,0,test\n', 'train and test'],
    ['a.txt', 'one two three four\n', 'path label'],
    ['a.csv', 'path,size\n1.jpg,3\n', 'a column label'],
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
    ['header.csv', 'first,second,same\na 1.jpg,b.jpg,1.0\nb.jpg,c.jpg,0.0\n'],
    ['spaces.txt', 'a 1.jpg b.jpg 1\nb.jpg c.jpg -1\n'],
    ['backslashes.txt', '.\\a 1.jpg\tb.jpg\tTrue\nb.jpg\tc.jpg\tno\n'],
    ['semicolons.csv', 'img1;img2;is_same\na 1.jpg;b.jpg;yes\nb.jpg;c.jpg;no\n'],
  ])('%s', async (name, text) => {
    const { images, pairs } = await pairList(withImages(name, text));
    expect(images.map(({ id }) => id)).toEqual(['a 1.jpg', 'b.jpg', 'c.jpg']);
    expect(pairs.map(({ same }) => same)).toEqual([true, false]);
  });

  test.each([
    ['tabs.txt', 'a 1.jpg\tb.jpg\t1\nb.jpg\tc.jpg\t-1\n'],
    ['bare.csv', 'a 1.jpg,b.jpg,true\nb.jpg,c.jpg,False\n'],
    ['header.csv', 'label,image2,image1,fold\n1,b.jpg,a 1.jpg,3\n0,c.jpg,b.jpg,7\n'],
    ['floats.csv', 'first,second,same,fold\na 1.jpg,b.jpg,1.0,0.0\nb.jpg,c.jpg,0.0,1.0\n'],
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
    ['a.txt', 'b.jpg c.jpg 0.5\n', 'same is 1 or 0'],
    ['a.txt', 'b.jpg d.jpg 1\n', 'an image'],
    ['a.txt', 'b.jpg ../c.jpg 1\n', 'leads out'],
    ['a.txt', 'b.jpg b.jpg 0\n', 'different people (not one with itself)'],
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

  test('pairs of a missing image are dropped if asked, and noted', async () => {
    const path = withImages('a.csv', 'first,second,same\na 1.jpg,d.jpg,1\nb.jpg,c.jpg,0\nb.jpg,d.jpg,0\n');
    await expect(pairList(path)).rejects.toThrow('an image');
    const { images, pairs, notes } = await pairList(path, { skipMissing: true });
    expect(images.map(({ id }) => id)).toEqual(['b.jpg', 'c.jpg']);
    expect(pairs).toEqual([{ first: 0, second: 1, same: false, fold: 0 }]);
    expect(notes[1]).toMatch(/^2 of 3 pairs were dropped .* Missing: d.jpg\.$/);
    await expect(pairList(withImages('b.txt', 'b.jpg d.jpg 1\n'), { skipMissing: true })).rejects.toThrow(
      'd.jpg',
    );
  });

  test('a folder is no image', async () => {
    const path = withImages('a.txt', 'b.jpg d.jpg 1\n');
    mkdirSync(join(path, '..', 'd.jpg'));
    await expect(pairList(path)).rejects.toThrow('an image');
  });
});
