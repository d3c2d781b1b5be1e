import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedData } from '../../../../tools/test-data.ts';
import { temporaryFolder, write } from '../testing/files.ts';
import { fileBytes } from '../write/file-bytes.ts';
import { lfwPairs } from './lfw-pairs.ts';

const folder = temporaryFolder();
const list = '1\t1\nAda\t1\t2\nAda\t2\tGrace\t1\n';
let count = 0;

function smallLfw(): string {
  const root = join(folder, String(count++), 'images');
  for (const path of ['Ada/Ada_0001.jpg', 'Ada/Ada_0002.png', 'Grace/Grace_0001.webp']) {
    write(join(root, path), 'x');
  }
  return root;
}

describe('lfwPairs', () => {
  test('finds images of several formats, each once', async () => {
    const root = smallLfw();
    write(join(root, 'pairs.txt'), list);
    const protocol = await lfwPairs(root);
    expect(protocol.images).toEqual([
      { id: 'Ada/Ada_0001.jpg', path: join(root, 'Ada/Ada_0001.jpg') },
      { id: 'Ada/Ada_0002.png', path: join(root, 'Ada/Ada_0002.png') },
      { id: 'Grace/Grace_0001.webp', path: join(root, 'Grace/Grace_0001.webp') },
    ]);
    expect(protocol.pairs).toEqual([
      { first: 0, second: 1, same: true, fold: 0 },
      { first: 1, second: 2, same: false, fold: 0 },
    ]);
    expect([protocol.official, protocol.folds]).toEqual([false, 1]);
    expect(protocol.notes[0]).toContain('not those that LFW publishes');
  });

  test('takes extensions in any case, and every one that is an image elsewhere', async () => {
    const root = join(folder, 'capitals', 'images');
    for (const path of [
      'Ada/Ada_0001.JPG',
      'Ada/Ada_0002.Tiff',
      'Grace/Grace_0001.gif',
      'Grace/Grace_0001.PNG',
      'Ada/Ada_0001.txt',
    ])
      write(join(root, path), 'x');
    write(join(root, 'pairs.txt'), list);
    expect((await lfwPairs(root)).images.map(({ id }) => id)).toEqual([
      'Ada/Ada_0001.JPG',
      'Ada/Ada_0002.Tiff',
      'Grace/Grace_0001.PNG',
    ]);
  });

  test('a name with an accent is the same person, whichever way it is written', async () => {
    const composed = 'Jos\u00e9';
    const root = join(folder, 'accents', 'images');
    for (const number of [1, 2]) {
      const name = composed.normalize('NFD');
      write(join(root, name, `${name}_000${number}.jpg`), 'x');
    }
    write(join(root, 'Ada/Ada_0001.jpg'), 'x');
    const pairs = write(
      join(folder, 'accents', 'pairs.txt'),
      `1\t1\n${composed}\t1\t2\n${composed}\t2\tAda\t1\n`,
    );
    const { images } = await lfwPairs(root);
    for (const image of images) expect('path' in image && existsSync(image.path)).toBe(true);
    const archive = join(folder, 'accents', 'lfw.tar');
    execFileSync('tar', ['-cf', archive, '-C', join(folder, 'accents'), 'images']);
    expect((await lfwPairs(archive, { pairs })).images).toHaveLength(3);
  });

  test('looks for the list in the root, then beside it, or where it is told', async () => {
    const root = smallLfw();
    await expect(lfwPairs(root)).rejects.toThrow(
      `${join(root, 'pairs.txt')} or ${join(root, '..', 'pairs.txt')}`,
    );
    write(join(root, '..', 'pairs.txt'), list);
    expect((await lfwPairs(root)).pairs).toHaveLength(2);
    write(join(root, 'pairs.txt'), list.replace('Grace\t1', 'Ada\t1'));
    expect((await lfwPairs(root)).images).toHaveLength(2);
    const pairs = write(join(folder, 'other.txt'), list);
    expect((await lfwPairs(root, { pairs })).name).toBe('other.txt');
  });

  test('a missing image names the list, the line and the image', async () => {
    const root = smallLfw();
    const path = write(join(root, 'pairs.txt'), list);
    rmSync(join(root, 'Grace'), { recursive: true });
    await expect(lfwPairs(root)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining(
        `${path}:3: expected an image ${join(root, 'Grace', 'Grace_0001')}.{jpg`,
      ),
      fields: { path, line: 3, missingPairs: 1 },
    });
  });

  test('skipMissing drops the pair and says so', async () => {
    const root = smallLfw();
    write(join(root, 'pairs.txt'), list);
    rmSync(join(root, 'Grace'), { recursive: true });
    const protocol = await lfwPairs(root, { skipMissing: true });
    expect(protocol.pairs).toEqual([{ first: 0, second: 1, same: true, fold: 0 }]);
    expect(protocol.notes.at(-1)).toMatch(/1 of 2 pairs were dropped .* Missing: Grace\/Grace_0001\.$/);
    expect(protocol.notes.at(-1)).toContain('not the official one');
    rmSync(join(root, 'Ada'), { recursive: true });
    await expect(lfwPairs(root, { skipMissing: true })).rejects.toThrow('2 pairs lack an image');
  });

  test('an archive, compressed or not, is read as it is', async () => {
    const root = smallLfw();
    const pairs = write(join(root, '..', 'pairs.txt'), list);
    const expected = await lfwPairs(root, { pairs });
    for (const [name, flags] of [
      ['lfw.tgz', '-czf'],
      ['lfw.tar', '-cf'],
    ] as const) {
      const archive = join(root, '..', name);
      execFileSync('tar', [flags, archive, '-C', join(root, '..'), 'images']);
      const protocol = await lfwPairs(archive);
      expect(protocol.pairs).toEqual(expected.pairs);
      expect(protocol.images.map(({ id }) => id)).toEqual(expected.images.map(({ id }) => id));
      for (const image of protocol.images) {
        expect(Buffer.from(await fileBytes(image))).toEqual(Buffer.from('x'));
        expect('bytes' in image).toBe(name === 'lfw.tgz');
      }
    }
    write(pairs, list.replace('Grace\t1', 'Grace\t7'));
    await expect(lfwPairs(join(root, '..', 'lfw.tgz'))).rejects.toThrow('Grace/Grace_0007.{jpg');
  });

  test('a link out of the root is refused', async () => {
    const root = smallLfw();
    write(join(root, 'pairs.txt'), list);
    const path = join(root, 'Ada/Ada_0001.jpg');
    rmSync(path);
    symlinkSync(write(join(folder, 'outside.jpg'), 'x'), path);
    await expect(lfwPairs(root)).rejects.toMatchObject({ code: 'invalid-data', fields: { path } });
  });

  test('a root or a list that does not exist', async () => {
    const pairs = write(join(folder, 'list.txt'), list);
    await expect(lfwPairs(join(folder, 'none'), { pairs })).rejects.toThrow('no such folder');
    await expect(lfwPairs(smallLfw(), { pairs: join(folder, 'none.txt') })).rejects.toThrow('no such file');
  });
});

const shared = sharedData();
describe.skipIf(!shared)('the shared LFW (skipped: no shared data)', () => {
  const root = join(shared ?? '', 'lfw/images');

  test('all 6,000 pairs of View 2 resolve', async () => {
    const protocol = await lfwPairs(root);
    expect(protocol).toMatchObject({ name: 'LFW View 2', official: true, folds: 10, notes: [] });
    expect(protocol.images).toHaveLength(7701);
    for (let fold = 0; fold < 10; fold++) {
      const pairs = protocol.pairs.filter((pair) => pair.fold === fold);
      expect([pairs.length, pairs.filter(({ same }) => same).length]).toEqual([600, 300]);
    }
    const person = (image: number) => protocol.images[image]!.id.split('/')[0];
    for (const { first, second, same } of protocol.pairs) expect(person(first) === person(second)).toBe(same);
    for (const image of protocol.images) expect('path' in image && existsSync(image.path)).toBe(true);
  });

  test('a lost pair, or View 1, is not official', async () => {
    const pairs = join(root, '../pairsDevTest.txt');
    const protocol = await lfwPairs(root, { pairs, skipMissing: true });
    expect(protocol).toMatchObject({ name: 'LFW View 1, test', official: false, folds: 1 });
    expect(protocol.notes).toHaveLength(2);
    await expect(lfwPairs(root, { pairs })).rejects.toThrow('pairsDevTest.txt:');
  });
});
