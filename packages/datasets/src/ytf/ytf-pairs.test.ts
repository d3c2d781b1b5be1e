import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedData } from '../../../../tools/test-data.ts';
import { temporaryFolder, write } from '../testing/files.ts';
import { parseSplits } from './parse-splits.ts';
import { ytfPairs } from './ytf-pairs.ts';

const folder = temporaryFolder();
const header = 'split number, pair number in split, first name, second name, is same:\n';
const list = '1, 1, Ada/0, Ada/2, 1\n1, 2, Ada/2, Grace/0, 0\n2, 1, Grace/0, Grace/1, 1\n';
let count = 0;

/** Videos of 12 frames, numbered from 5, in the layout of a database. */
function smallYtf(database: string, prefix: string): string {
  const root = join(folder, String(count++));
  for (const video of ['Ada/0', 'Ada/2', 'Grace/0', 'Grace/1']) {
    const number = video.split('/')[1];
    for (let frame = 5; frame < 17; frame++) {
      write(join(root, database, video, `${prefix}${number}.${frame}.jpg`), 'x');
    }
  }
  write(join(root, database, 'Ada/Ada.labeled_faces.txt'), 'x');
  write(join(root, 'splits.txt'), header + list);
  return root;
}

describe('ytfPairs', () => {
  test.each([
    ['aligned_images_DB', 'aligned_detect_'],
    ['frame_images_DB', ''],
  ])('%s: each video once, frames in the order of their numbers', async (database, prefix) => {
    const root = smallYtf(database, prefix);
    const protocol = await ytfPairs(root);
    expect(protocol.templates).toHaveLength(4);
    expect(protocol.images).toHaveLength(48);
    expect(protocol.pairs).toEqual([
      { first: 0, second: 1, same: true, fold: 0 },
      { first: 1, second: 2, same: false, fold: 0 },
      { first: 2, second: 3, same: true, fold: 1 },
    ]);
    const names = protocol.templates![1]!.map((image) => protocol.images[image]!.id);
    expect(names[0]).toBe(`Ada/2/${prefix}2.5.jpg`);
    expect(names[5]).toBe(`Ada/2/${prefix}2.10.jpg`);
    expect(protocol.images[0]).toEqual({
      id: `Ada/0/${prefix}0.5.jpg`,
      path: join(root, database, `Ada/0/${prefix}0.5.jpg`),
    });
    expect([protocol.official, protocol.folds]).toEqual([false, 2]);
    expect((await ytfPairs(join(root, database))).images).toHaveLength(48);
  });

  test('the choice of frames', async () => {
    const root = smallYtf('aligned_images_DB', 'aligned_detect_');
    const numbers = async (frames: Parameters<typeof ytfPairs>[1]) => {
      const { templates, images } = await ytfPairs(root, frames);
      return templates!.map((template) =>
        template.map((image) => Number(/(\d+)\.jpg$/.exec(images[image]!.id)![1])),
      );
    };
    expect((await numbers({ frames: { every: 5 } }))[0]).toEqual([5, 10, 15]);
    expect((await numbers({ frames: { first: 2 } }))[3]).toEqual([5, 6]);
    const drawn = await numbers({ frames: { random: 4, seed: 7 } });
    for (const template of drawn) {
      expect(new Set(template).size).toBe(4);
      expect(template).toEqual(template.toSorted((a, b) => a - b));
    }
    expect(new Set(drawn.map(String)).size).toBeGreaterThan(1);
    expect(await numbers({ frames: { random: 4, seed: 7 } })).toEqual(drawn);
    expect(await numbers({ frames: { random: 4, seed: 8 } })).not.toEqual(drawn);
    expect((await numbers({ frames: { random: 99, seed: 7 } }))[0]).toHaveLength(12);
    expect((await ytfPairs(root, { frames: { every: 5 } })).notes[0]).toContain('one of every 5 frames');
    await expect(ytfPairs(root, { frames: { first: 0 } })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  test('a missing video names the list and its line, or its pairs are dropped', async () => {
    const root = smallYtf('aligned_images_DB', '');
    rmSync(join(root, 'aligned_images_DB/Grace/1'), { recursive: true });
    await expect(ytfPairs(root)).rejects.toMatchObject({
      code: 'invalid-data',
      fields: { path: join(root, 'splits.txt'), line: 4, video: 'Grace/1', missingPairs: 1 },
    });
    const protocol = await ytfPairs(root, { skipMissing: true });
    expect(protocol.pairs).toHaveLength(2);
    expect(protocol.notes.at(-1)).toContain('1 of 3 pairs');
  });

  test('a link out of the root is refused', async () => {
    const root = smallYtf('aligned_images_DB', '');
    const path = join(root, 'aligned_images_DB/Grace/1');
    rmSync(path, { recursive: true });
    symlinkSync(folder, path);
    await expect(ytfPairs(root)).rejects.toMatchObject({ code: 'invalid-data', fields: { path } });
  });

  test('no root, no list', async () => {
    await expect(ytfPairs(join(folder, 'none'))).rejects.toThrow('splits.txt');
    const pairs = write(join(folder, 'list.txt'), list);
    await expect(ytfPairs(join(folder, 'none'), { pairs })).rejects.toThrow('no such folder');
  });
});

describe('parseSplits', () => {
  test('the header does not matter', () => {
    expect(parseSplits(list, 'a').pairs.map(({ line }) => line)).toEqual([1, 2, 3]);
    const { pairs, folds, corrected } = parseSplits(`\uFEFF${header}${list.replaceAll('\n', '\r\n')}`, 'a');
    expect([pairs.length, folds, corrected]).toEqual([3, 2, false]);
    expect(pairs[0]).toEqual({ first: 'Ada/0', second: 'Ada/2', same: true, fold: 0, line: 2 });
  });

  test('a corrected list has both labels', () => {
    const text = '1, 1, Ada/0, Ada/2, 1, 0\n1, 2, Ada/2, Grace/0, 0, 0\n';
    expect(parseSplits(text, 'a').pairs.map(({ same }) => same)).toEqual([false, false]);
    const original = parseSplits(text, 'a', 'original');
    expect([original.pairs.map(({ same }) => same), original.corrected]).toEqual([[true, false], true]);
  });

  test.each([
    ['', 1],
    [header, 1],
    ['1, 1, Ada/0, Ada/2, 2\n', 1],
    ['1, 1, Ada/0, Ada/2\n', 1],
    ['0, 1, Ada/0, Ada/2, 1\n', 1],
    ['1, 1, ../0, Ada/2, 1\n', 1],
    ['1, 1, /etc/0, Ada/2, 1\n', 1],
    ['1, 1, Ada/0, Ada, 1\n', 1],
    [`${list}1, 1, Ada/0, Ada/2, 1, 1\n`, 4],
    [`${list}x\n`, 4],
    ['3, 1, Ada/0, Ada/2, 1\n', 1],
  ])('%j is refused', (text, line) => {
    expect(() => parseSplits(text, 'list.txt')).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        fields: expect.objectContaining({ path: 'list.txt', line }),
      }),
    );
  });
});

const shared = sharedData();
describe.skipIf(!shared)('the shared lists (skipped: no shared data)', () => {
  test.each(['splits.txt', 'pairs_ytf.txt'])('%s has 5,000 published pairs', async (name) => {
    const { pairs, folds } = parseSplits(readFileSync(join(shared!, 'ytf', name), 'utf8'), name);
    for (let fold = 0; fold < folds; fold++) {
      const found = pairs.filter((pair) => pair.fold === fold);
      expect([found.length, found.filter(({ same }) => same).length]).toEqual([500, 250]);
    }
    const root = join(folder, `published-${name}`);
    for (const video of new Set(pairs.slice(0, 20).flatMap(({ first, second }) => [first, second]))) {
      write(join(root, video, '0.jpg'), 'x');
    }
    const protocol = await ytfPairs(root, { pairs: join(shared!, 'ytf', name), skipMissing: true });
    expect(protocol).toMatchObject({ name: 'YouTube Faces', official: false, folds: 10 });
  });
});
