import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { lockFile } from '@hm/tensor/files';
import { describe, expect, it } from 'vitest';
import { imageFolder } from '../image-folder.ts';
import { openDataset } from '../open-dataset.ts';
import { syntheticFaces } from '../synthetic/synthetic-faces.ts';
import { temporaryFolder, write, writeFaces } from '../testing/files.ts';
import { type WritableFormat, writeDataset } from './write-dataset.ts';

const folder = temporaryFolder();
const few = { imagesPerIdentity: 2, hardness: 0.3, seed: 2, size: 32 };
const faces = syntheticFaces({ ...few, identities: 2 });
const one = { workers: 1 };

describe('writeDataset', () => {
  it.each<[string, WritableFormat | undefined, string]>([
    ['a/folder', undefined, 'folder'],
    ['a/train.rec', undefined, 'recordio'],
    ['a/faces.parquet', undefined, 'parquet'],
    ['b/shards', 'tar', 'tar'],
    ['b/train.rec', 'insightface', 'recordio'],
  ])('%s as %s opens again, with every image', async (name, to, form) => {
    const path = join(folder, name);
    write(join(folder, name.slice(0, 1), 'keep'), '');
    const seen: number[] = [];
    const options = { ...one, ...(to && { to }), onProgress: (done: number) => seen.push(done) };
    const written = await writeDataset(path, faces, options);
    expect(written).toMatchObject({ images: 4, identities: 2, skipped: [], renamed: [] });
    expect(seen).toEqual([1, 2, 3, 4]);
    const data = await openDataset(path);
    expect([data.format, data.length, data.classes]).toEqual([form, 4, 2]);
  });

  it('leaves alone what is there, unless told otherwise', async () => {
    const path = join(folder, 'there.rec');
    writeFileSync(path, 'mine');
    await expect(writeDataset(path, faces, one)).rejects.toThrow(/not there yet.*overwrite: true/s);
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await writeDataset(path, faces, { ...one, overwrite: true })).images).toBe(4);
  });

  it.each(['folder', 'tar'] as const)('nothing of a %s stays that is overwritten', async (to) => {
    const path = join(folder, `former-${to}`);
    const link = join(folder, `link-to-${to}`);
    await writeDataset(path, syntheticFaces({ ...few, identities: 3, firstIdentity: 7 }), { ...one, to });
    if (to === 'tar') copyFileSync(join(path, '000000.tar'), join(path, '000001.tar'));
    symlinkSync(path, link);
    await writeDataset(link, faces, { ...one, to, overwrite: true });
    expect(readlinkSync(link)).toBe(path);
    const data = await openDataset(path);
    expect([data.length, data.classes, data.name(0), data.name(1)]).toEqual([
      ...[4, 2, 'person-000000', 'person-000001'],
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('a data set is whole until it is overwritten', async () => {
    const path = join(folder, 'stays');
    await writeDataset(path, faces, one);
    const failing = { ...faces, sample: () => Promise.reject(new Error('gone')) };
    await expect(writeDataset(path, failing, { ...one, overwrite: true })).rejects.toThrow('gone');
    expect((await imageFolder(path)).length).toBe(4);
  });

  it('a folder with anything but a data set is not overwritten', async () => {
    const path = join(folder, 'mine');
    await writeDataset(path, faces, one);
    write(join(path, 'notes', 'thesis.docx'), 'years of work');
    const again = writeDataset(path, faces, { ...one, overwrite: true });
    await expect(again).rejects.toThrow(/a data set alone in .*got .*thesis\.docx too/s);
    expect(readFileSync(join(path, 'notes', 'thesis.docx'), 'utf8')).toBe('years of work');
    expect((await imageFolder(path)).length).toBe(4);
  });

  it('a RecordIO file does not keep the property of the one that it overwrites', async () => {
    const path = join(folder, 'property', 'train.rec');
    const more = syntheticFaces({ ...few, identities: 5 });
    await writeDataset(path, more, { ...one, to: 'insightface' });
    await writeDataset(path, faces, { ...one, to: 'recordio', overwrite: true });
    const data = await openDataset(path);
    expect([data.classes, data.problems]).toEqual([2, undefined]);
    expect(existsSync(join(folder, 'property', 'property'))).toBe(false);
    write(join(folder, 'property', 'validation.rec'), '');
    write(join(folder, 'property', 'property'), '5,32,32');
    await writeDataset(path, faces, { ...one, to: 'recordio', overwrite: true });
    expect(existsSync(join(folder, 'property', 'property'))).toBe(true);
  });

  it('leaves out images that cannot be read, and tells them', async () => {
    const from = await writeFaces(join(folder, 'from'), 2, 2, 12);
    write(join(from, 'a/cut.png'), readFileSync(join(from, 'a/1.png')).subarray(0, 50));
    const options = { ...one, size: { height: 12, width: 12 } };
    const { images, skipped } = await writeDataset(join(folder, 'whole'), await imageFolder(from), options);
    expect(images).toBe(4);
    expect(skipped).toEqual([
      { index: 2, id: expect.stringContaining('cut.png'), reason: expect.any(String) },
    ]);
    expect((await imageFolder(join(folder, 'whole'))).length).toBe(4);
  });

  it('a new folder that fails leaves nothing behind', async () => {
    const path = join(folder, 'c', 'failed');
    const failing = { ...faces, sample: () => Promise.reject(new Error('gone')) };
    await expect(writeDataset(path, failing, one)).rejects.toThrow('gone');
    expect(existsSync(path)).toBe(false);
    expect(existsSync(join(folder, 'c')) ? readdirSync(join(folder, 'c')) : []).toEqual([]);
  });

  it('two do not write one output', async () => {
    const path = join(folder, 'locked');
    const lock = await lockFile(path);
    await expect(writeDataset(path, faces, one)).rejects.toThrow(/locked/);
    await lock.release();
    expect((await writeDataset(path, faces, one)).images).toBe(4);
  });
});
