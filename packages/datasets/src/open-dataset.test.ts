import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
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
});
