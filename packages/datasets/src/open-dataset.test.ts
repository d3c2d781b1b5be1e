import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { imageFolder } from './image-folder.ts';
import { openDataset } from './open-dataset.ts';
import { openProtocol } from './open-protocol.ts';
import { writeParquet } from './parquet/write-parquet.ts';
import { writeRecordIo } from './recordio/write-record-io.ts';
import { writeTarShards } from './tar/write-tar-shards.ts';
import { temporaryFolder, write, writeFaces } from './testing/files.ts';
import { encodedSamples } from './write/encoded-samples.ts';
import { writeImageFolder } from './write/write-image-folder.ts';
import { writeImageList } from './write/write-image-list.ts';

const golden = fileURLToPath(new URL('../golden', import.meta.url));
const folder = temporaryFolder();
const root = await writeFaces(join(folder, 'faces'), 3, 2);
const faces = await imageFolder(root);
const samples = () => encodedSamples(faces, { order: 'label' });
await writeRecordIo(join(folder, 'recordio/train.rec'), samples(), { layout: 'insightface' });
await writeTarShards(join(folder, 'tar'), samples());
await writeParquet(join(folder, 'parquet/all.parquet'), samples());
await writeImageFolder(join(folder, 'folder'), samples());
await writeImageList(join(folder, 'faces/all.csv'), faces);

describe('openDataset', () => {
  test.each([
    ['faces', 'folder'],
    ['folder', 'folder'],
    ['recordio', 'recordio'],
    ['recordio/train.rec', 'recordio'],
    ['tar', 'tar'],
    ['tar/000000.tar', 'tar'],
    ['parquet', 'parquet'],
    ['parquet/all.parquet', 'parquet'],
    ['faces/all.csv', 'list'],
  ])('%s is %s, and holds the same images', async (name, format) => {
    const data = await openDataset(join(folder, name));
    expect([data.format, data.length, data.classes]).toEqual([format, 6, 3]);
    expect([...data.labels!]).toEqual([0, 0, 1, 1, 2, 2]);
    const images: Buffer[] = [];
    for await (const { bytes } of encodedSamples(data)) images.push(Buffer.from(bytes));
    const originals: Buffer[] = [];
    for await (const { bytes } of samples()) originals.push(Buffer.from(bytes));
    expect(images).toEqual(originals);
  });

  test('identities are left out of any form', async () => {
    for (const [name, exclude] of [
      ['faces', ['b']],
      ['tar', ['b']],
      ['recordio', ['b']],
    ] as const) {
      const data = await openDataset(join(folder, name), { exclude });
      expect([data.length, data.classes]).toEqual([4, 2]);
      await expect(openDataset(join(folder, name), { exclude: ['z'] })).rejects.toThrow('got z');
    }
  });

  test('files without an extension are told by their first bytes', async () => {
    for (const [source, format] of [
      ['plain/train.rec', 'recordio'],
      ['parquet/numbers.parquet', 'parquet'],
    ]) {
      const path = write(join(folder, 'bare', format!), readFileSync(join(golden, source!)));
      expect((await openDataset(path)).format).toBe(format);
    }
  });

  test('a folder of one data set is that one; several forms, folders or splits are named', async () => {
    const at = (...names: string[]) => join(folder, 'layouts', ...names);
    const parquet = readFileSync(join(folder, 'parquet/all.parquet'));
    write(at('hub/data/train-00000-of-00001.parquet'), parquet);
    expect(await openDataset(at('hub'))).toMatchObject({ format: 'parquet', length: 6 });
    for (const split of ['train', 'test']) write(at('splits', `${split}-00000-of-00001.parquet`), parquet);
    await expect(openDataset(at('splits'))).rejects.toThrow(
      /train \(1.* and test \(1|test \(1.* and train \(1/,
    );
    expect(await openDataset(at('splits'), { split: 'train' })).toMatchObject({ length: 6 });
    for (const split of ['training', 'dev']) await writeFaces(at('folders', split), 2, 1);
    await expect(openDataset(at('folders'))).rejects.toThrow('dev, training');
    for (const path of [at('folders/training'), await writeFaces(at('only/train'), 2, 1), at('only')])
      expect(await openDataset(path, { split: 'train' })).toMatchObject({ length: 2 });
    for (const path of [at('folders/training'), at('only')])
      await expect(openDataset(path, { split: 'test' })).rejects.toThrow('the split test');
    await expect(openDataset(await writeFaces(at('plain'), 2, 1), { split: 'train' })).rejects.toThrow(
      'Leave out `split`',
    );
    expect(await openDataset(at('folders'), { split: 'train' })).toMatchObject({
      format: 'folder',
      length: 2,
    });
    await writeFaces(at('both'), 2, 1);
    write(at('both/a.tar'), readFileSync(join(folder, 'tar/000000.tar')));
    await expect(openDataset(at('both'))).rejects.toThrow('a.tar (tar) and folders of images');
    expect(await openDataset(at('both'), { form: 'folder' })).toMatchObject({
      format: 'folder',
      length: 2,
    });
    write(at('flat/1.jpg'), 'x');
    await expect(openDataset(at('flat'))).rejects.toThrow('a folder of its own');
    write(at('flat/list.CSV'), '1.jpg,0\n');
    await expect(openDataset(at('flat'))).rejects.toThrow(`Pass the list: ${at('flat/list.CSV')}`);
    for (const split of ['train', 'test']) write(at('people', split, '1.jpg'), 'x');
    await expect(openDataset(at('people'))).rejects.toThrow('folders of splits: test, train');
  });

  test.each([
    ['\x1f\x8b\b', 'a gzip file', 'gunzip'],
    ['PK\x03\x04', 'a zip file', 'unzip'],
    ['7z\xbc\xaf\x27\x1c', 'a 7-Zip file', '7z x'],
    ['\x28\xb5\x2f\xfd', 'a zstd file', 'unzstd'],
    ['\xfd7zXZ\0', 'a xz file', 'unxz'],
    ['BZh9', 'a bzip2 file', 'bunzip2'],
    ['Rar!\x1a\x07', 'a RAR file', 'unrar'],
  ])('packed files are told by their first bytes: %j', async (start, received, command) => {
    const bytes = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(600)]);
    for (const name of ['a.tar', 'faces.bin', 'list.csv']) {
      const path = write(join(folder, 'packed', name), bytes);
      await expect(openDataset(path)).rejects.toThrow(`got ${received}. Fix: Unpack it (${command}`);
    }
    write(join(folder, 'packed-below/faces.zip'), bytes);
    await expect(openDataset(join(folder, 'packed-below'))).rejects.toThrow(received);
  });

  test('says what it saw when nothing fits', async () => {
    mkdirSync(join(folder, 'empty'));
    const refusal = (path: string) => expect(openDataset(path)).rejects;
    await refusal(join(folder, 'none')).toThrow('got no such path');
    await refusal(join(folder, 'empty')).toThrow('nothing in it');
    await refusal(join(golden)).toThrow(/several, in the folders insightface, parquet/);
    await refusal(write(join(folder, 'notes.md'), '# Notes')).toThrow('"# Notes"');
    const pickle = readdirSync(join(golden, 'verification'))[0]!;
    await expect(openDataset(join(golden, 'verification', pickle))).rejects.toThrow('verificationBin');
  });
});

test('openProtocol tells protocols by what is there', async () => {
  const lfw = join(folder, 'lfw');
  for (const name of ['Ada_0001', 'Ada_0002', 'Lise_0001'])
    write(join(lfw, name.split('_')[0]!, `${name}.jpg`), 'x');
  write(join(lfw, 'pairs.txt'), '1\nAda\t1\t2\nAda\t1\tLise\t1\n');
  const list = write(join(lfw, 'list.csv'), 'Ada/Ada_0001.jpg,Lise/Lise_0001.jpg,0\n');
  const ytf = join(folder, 'ytf');
  for (const video of ['Ada/0', 'Ada/1']) write(join(ytf, 'frame_images_DB', video, '0.1.jpg'), 'x');
  write(join(ytf, 'splits.txt'), '1, 1, Ada/0, Ada/1, 1\n');
  const bin = readdirSync(join(golden, 'verification'))[0]!;
  const counts = async (path: string) => (await openProtocol(path)).pairs.length;
  expect(await counts(lfw)).toBe(2);
  expect(await counts(list)).toBe(1);
  expect(await counts(ytf)).toBe(1);
  expect((await openProtocol(join(ytf, 'frame_images_DB'))).templates).toHaveLength(2);
  expect(await counts(join(golden, 'verification', bin))).toBe(3);
  await expect(openProtocol(join(folder, 'none'))).rejects.toThrow('no such path');
  write(list, 'Ada/Ada_0001.jpg,Lise/Lise_0001.jpg,0\nAda/Ada_0009.jpg,Lise/Lise_0001.jpg,0\n');
  expect((await openProtocol(list, { skipMissing: true })).pairs).toHaveLength(1);
  write(join(folder, 'splits.txt'), '1, 1, Ada/0, Ada/1, 1\n');
  expect(await counts(lfw)).toBe(2);
  const pairs = write(join(folder, 'my-splits', 'pairs.txt'), '1\nAda\t1\t2\nAda\t1\tLise\t1\n');
  renameSync(join(lfw, 'pairs.txt'), join(folder, 'pairs.txt'));
  expect(await counts(lfw)).toBe(2);
  rmSync(join(folder, 'pairs.txt'));
  expect((await openProtocol(lfw, { pairs })).pairs).toHaveLength(2);
  await expect(openProtocol(lfw)).rejects.toThrow('Ada/0');
});
