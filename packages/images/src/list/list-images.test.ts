import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, write } from '../testing/files.ts';
import { isImageName, isLeftBehind } from './entry-names.ts';
import { listImages } from './list-images.ts';

const folder = temporaryFolder();
let count = 0;
const withFiles = (...names: string[]): string => {
  const root = join(folder, String(count++));
  for (const name of names) write(join(root, name), 'x');
  return root;
};

describe('names', () => {
  test.each(['1.jpg', '1.JPEG', 'a b.PNG', 'x.webp', 'x.TIF', 'x.tiff', 'x.gif', 'x.avif'])(
    '%s is an image',
    (name) => {
      expect(isImageName(name)).toBe(true);
    },
  );

  test.each(['._1.jpg', '.1.png', '~$1.jpg', 'Thumbs.db.jpg', '1.jpe', '1.heic', '1', 'jpg', '1.jpg.part'])(
    '%s is none',
    (name) => {
      expect(isImageName(name)).toBe(false);
    },
  );

  test.each([
    ...[
      '.git',
      '.Trashes',
      '.ipynb_checkpoints',
      '__MACOSX',
      '@eaDir',
      '#recycle',
      '$RECYCLE.BIN',
      'Thumbs.db',
    ],
    ...['System Volume Information', 'lost+found', 'desktop.ini', 'DESKTOP.INI', 'ehthumbs.db', 'Icon\r'],
  ])('%s was left behind', (name) => {
    expect(isLeftBehind(name)).toBe(true);
  });

  test.each(['Ada', '@ada', '#1', '$', 'thumbs', 'Icon', 'recycle'])('%s may be a person', (name) => {
    expect(isLeftBehind(name)).toBe(false);
  });
});

describe('listImages', () => {
  test('images at any depth, and what is none', async () => {
    const root = withFiles(
      'b/2.JPG',
      'b/1.png',
      'a.gif',
      'b/._1.png',
      '@eaDir/b.jpg',
      'mary/1.HEIC',
      'notes.txt',
    );
    expect(await listImages(root)).toEqual({
      images: ['a.gif', 'b/1.png', 'b/2.JPG'],
      skipped: [
        { path: '@eaDir', reason: 'hidden, or left by a system or tool', missed: false },
        { path: 'b/._1.png', reason: 'hidden, or left by a system or tool', missed: false },
        { path: 'mary/1.HEIC', reason: 'an image in a format that is not read', missed: true },
        { path: 'notes.txt', reason: 'not an image file', missed: false },
      ],
    });
  });

  test('links lead nowhere, to images, to folders inside and outside, and round in circles', async () => {
    const root = withFiles('grace/1.jpg', 'grace/2.jpg');
    const outside = withFiles('3.jpg');
    mkdirSync(join(root, 'ada'));
    symlinkSync('nowhere.jpg', join(root, 'ada/9.jpg'));
    symlinkSync('itself.jpg', join(root, 'ada/itself.jpg'));
    symlinkSync('..', join(root, 'ada/up'));
    symlinkSync('../grace', join(root, 'ada/a-friend'));
    symlinkSync('../grace/1.jpg', join(root, 'ada/1.jpg'));
    symlinkSync(outside, join(root, 'elsewhere'));
    symlinkSync(root, join(outside, 'back'));
    const { images, skipped } = await listImages(root);
    expect(images).toEqual(['ada/1.jpg', 'elsewhere/3.jpg', 'grace/1.jpg', 'grace/2.jpg']);
    expect(skipped.map(({ path, missed }) => [path, missed])).toEqual([
      ['ada/9.jpg', true],
      ['ada/a-friend', false],
      ['ada/itself.jpg', true],
      ['ada/up', false],
      ['elsewhere/back', false],
    ]);
  });

  test('a folder that links lead to twice, and one above the root, are read once', async () => {
    const base = withFiles('photos/1.jpg', 'far/near/2.jpg');
    const root = join(base, 'photos');
    symlinkSync('..', join(root, 'up'));
    expect((await listImages(root)).images).toEqual(['1.jpg', 'up/far/near/2.jpg']);
    symlinkSync('../far/near', join(root, 'near'));
    const { images, skipped } = await listImages(root);
    expect(images).toEqual(['1.jpg', 'near/2.jpg']);
    expect(skipped.map(({ path, missed }) => [path, missed])).toEqual([
      ['up/far/near', false],
      ['up/photos', false],
    ]);
  });

  test('a name that is no text is named and left out', async () => {
    const root = withFiles('ada/1.jpg');
    const odd = Buffer.concat([Buffer.from(`${root}/Jos`), Buffer.of(0xe9)]);
    mkdirSync(odd);
    writeFileSync(Buffer.concat([odd, Buffer.from('/1.jpg')]), 'x');
    const { images, skipped } = await listImages(root);
    expect(images).toEqual(['ada/1.jpg']);
    expect(skipped).toEqual([{ path: 'Jos\\xe9', reason: 'a name that is not UTF-8', missed: true }]);
  });

  test('one folder is left out; a folder without images, a file, nothing at all', async () => {
    const root = withFiles('a/1.jpg', 'out/1.jpg');
    expect((await listImages(root, join(root, 'out'))).images).toEqual(['a/1.jpg']);
    const link = join(withFiles('b/1.jpg'), 'link');
    symlinkSync(root, link);
    expect((await listImages(link, join(root, 'out'))).images).toEqual(['a/1.jpg']);
    expect((await listImages(root, join(link, 'out'))).images).toEqual(['a/1.jpg']);
    symlinkSync(join(root, 'out'), join(root, 'a/other'));
    expect((await listImages(root, join(link, 'out'))).images).toEqual(['a/1.jpg']);
    const heic = withFiles('1.heic');
    await expect(listImages(heic)).rejects.toThrow('1.heic is an image in a format that is not read');
    for (const path of [join(root, 'a/1.jpg'), join(root, 'none')]) {
      await expect(listImages(path)).rejects.toMatchObject({ code: 'invalid-data', fields: { path } });
    }
  });
});
