import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '@hm/images';
import { describe, expect, test } from 'vitest';
import { sharedData } from '../../../../tools/test-data.ts';
import { checkTrainable } from '../check-trainable.ts';
import { createLoader } from '../loader/create-loader.ts';
import { temporaryFolder, write } from '../testing/files.ts';
import { collect, content, options } from '../testing/read-batches.ts';
import { type EncodedSample, encodedSamples } from '../write/encoded-samples.ts';
import { type RecordIo, recordIo } from './record-io.ts';
import { writeRecordIo } from './write-record-io.ts';

// Written by MXNet 1.9.1: see tools/golden/recordio.py.
const golden = fileURLToPath(new URL('../../golden', import.meta.url));
const folder = temporaryFolder();
let count = 0;

const copyOf = (from: string): string => {
  const to = join(folder, String(count++));
  mkdirSync(to);
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
  return to;
};

const collected = async (samples: AsyncIterable<EncodedSample>) => {
  const all: EncodedSample[] = [];
  for await (const sample of samples) all.push(sample);
  return all;
};

const failure = (path: string) =>
  recordIo(path).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

describe('files by MXNet', () => {
  test('an InsightFace file: images, classes with a gap, labels', async () => {
    const data = await recordIo(join(golden, 'insightface'));
    expect(data).toMatchObject({ layout: 'insightface', length: 7, classes: 4, indexRebuilt: false });
    expect(data.property).toEqual({ classes: 4, height: 16, width: 24 });
    expect([...data.labels]).toEqual([0, 0, 1, 1, 1, 3, 3]);
    for (let index = 0; index < data.length; index++) {
      const sample = await data.sample(index);
      expect([sample.label, sample.id]).toEqual([data.labels[index], `record ${index + 1}`]);
      expect(await decodeImage(sample.image)).toMatchObject({ height: 16, width: 24 });
    }
  });

  test('a record that was split because its image holds the magic is joined byte for byte', async () => {
    const data = await recordIo(join(golden, 'plain'));
    const [, , split, , shifted] = await collected(encodedSamples(data));
    const magic = [0x0a, 0x23, 0xd7, 0xce];
    const dash = '-'.charCodeAt(0);
    const comment = [...magic, ...magic, dash, dash, dash, dash, ...magic];
    expect([...split!.bytes.subarray(8, 8 + comment.length)]).toEqual(comment);
    expect([...shifted!.bytes.subarray(9, 9 + comment.length)]).toEqual(comment);
    expect((await data.sample(2)).image).toHaveProperty('bytes');
    expect((await data.sample(4)).image).toHaveProperty('file');
  });

  test('without an index the records are scanned', async () => {
    for (const layout of ['plain', 'insightface']) {
      const indexed = await recordIo(join(golden, layout));
      const root = copyOf(join(golden, layout));
      rmSync(join(root, 'train.idx'));
      const scanned = await recordIo(root);
      expect(scanned).toMatchObject({ layout, indexRebuilt: true, length: 7 });
      expect(await collected(encodedSamples(scanned))).toEqual(await collected(encodedSamples(indexed)));
    }
  });

  test('without the file property, classes are counted', async () => {
    const root = copyOf(join(golden, 'insightface'));
    rmSync(join(root, 'property'));
    const counted = await recordIo(root);
    expect([counted.classes, [...counted.labels], counted.name(2)]).toEqual([3, [0, 0, 1, 1, 1, 2, 2], '3']);
    expect((await counted.sample(6)).label).toBe(2);
  });

  test('a property that does not fit is a problem, and stops nobody from reading', async () => {
    const root = copyOf(join(golden, 'insightface'));
    for (const [text, words] of [
      ['# 4\n', "'# 4'"],
      ['2,16,24\n', 'says 2 classes, and the records have 3'],
      ['4000000,16,24\n', 'says 4000000 classes, and the records have 3'],
    ] as const) {
      write(join(root, 'property'), text);
      const data = await recordIo(root);
      expect([data.classes, data.problems]).toEqual([3, [expect.stringContaining(words)]]);
      expect(() => checkTrainable(data)).toThrow('property');
    }
  });

  test('workers read the stretches themselves', async () => {
    const data = await recordIo(join(golden, 'plain'));
    const contents: unknown[] = [];
    for (const workers of [1, 2]) {
      const loader = createLoader(data, { ...options, workers });
      contents.push(content(await collect(loader.batches({ epoch: 0 }))));
      await loader.close();
    }
    expect(contents[0]).toEqual(contents[1]);
  });
});

describe('writeRecordIo', () => {
  test('writes what MXNet writes, byte for byte', async () => {
    for (const layout of ['plain', 'insightface'] as const) {
      const path = join(folder, `written-${layout}`, 'train.rec');
      const data = await recordIo(join(golden, layout));
      // Classes without a name are called by their labels, which a file without property has with a gap.
      const samples = async function* () {
        for await (const sample of encodedSamples(data)) yield { ...sample, label: Number(sample.name) };
      };
      expect(await writeRecordIo(path, samples(), { layout })).toBe(7);
      for (const name of readdirSync(join(golden, layout))) {
        expect(readFileSync(join(path, '..', name)).equals(readFileSync(join(golden, layout, name)))).toBe(
          true,
        );
      }
    }
  });

  test('label lists, and names from the list', async () => {
    const path = join(folder, 'lists', 'train.rec');
    const data = await recordIo(join(golden, 'insightface'));
    const named = async function* () {
      for await (const sample of encodedSamples(data)) yield { ...sample, name: `person ${sample.label}` };
    };
    await writeRecordIo(path, named(), { layout: 'insightface', labelList: true });
    const read = await recordIo(path);
    expect([...read.labels]).toEqual([...data.labels]);
    expect([0, 1, 2, 3].map((label) => read.name(label))).toEqual(['person 0', 'person 1', '2', 'person 3']);
    const renamed = (samples: EncodedSample[]) => samples.map(({ bytes, label }) => [label, bytes]);
    expect(renamed(await collected(encodedSamples(read)))).toEqual(
      renamed(await collected(encodedSamples(data))),
    );
  });

  test('people of the same name get names of their own', async () => {
    const path = join(folder, 'same', 'train.rec');
    const data = await recordIo(join(golden, 'plain'));
    const named = async function* () {
      for await (const sample of encodedSamples(data)) yield { ...sample, name: 'Anna' };
    };
    await writeRecordIo(path, named());
    const read = await recordIo(path);
    const names = Array.from({ length: read.classes }, (_, label) => read.name(label));
    expect([...names].sort()).toEqual(['Anna', ...names.slice(1).map((_, place) => `Anna_${place + 2}`)]);
    expect(read.skipped).toBeUndefined();
  });

  test('ungrouped labels and no samples leave no file', async () => {
    const path = join(folder, 'none', 'train.rec');
    const data = await recordIo(join(golden, 'plain'));
    const backwards: RecordIo = { ...data, sample: (index) => data.sample(6 - index) };
    await expect(writeRecordIo(path, encodedSamples(backwards), { layout: 'insightface' })).rejects.toThrow(
      "order: 'label'",
    );
    await expect(writeRecordIo(path, encodedSamples({ ...data, length: 0 }))).rejects.toThrow('at least one');
    expect(readdirSync(join(folder, 'none'))).toEqual([]);
    await expect(writeRecordIo('train', encodedSamples(data))).rejects.toThrow('.rec');
    expect(existsSync('train')).toBe(false);
  });
});

describe('bad files', () => {
  test('a file that does not exist, is empty, or is something else', async () => {
    for (const [name, bytes] of [
      ['empty.rec', ''],
      ['text.rec', 'not records, but some text'],
    ] as const) {
      const path = write(join(folder, name), bytes);
      expect(await failure(path)).toMatchObject({ code: 'invalid-data', fields: { path, offset: 0 } });
    }
    expect(await failure(join(folder, 'no.rec'))).toMatchObject({ code: 'invalid-data' });
  });

  test('an index of something else says which byte', async () => {
    const root = copyOf(join(golden, 'plain'));
    const path = join(root, 'train.idx');
    for (const [text, offset] of [
      ['0\t0\n1\tx\n', 6],
      ['0\t0\n1\n', 5],
      ['0\t0\n0\t8\n', 0],
      ['0\t99999999999999999999\n', 17],
    ] as const) {
      write(path, text);
      expect(await failure(root)).toMatchObject({ code: 'invalid-data', fields: { path, offset } });
    }
  });

  test('an index that points between records, or behind the end', async () => {
    const root = copyOf(join(golden, 'plain'));
    for (const offset of [4, 1_000_000]) {
      write(join(root, 'train.idx'), `0\t${offset}\n`);
      const path = join(root, 'train.rec');
      expect(await failure(root)).toMatchObject({ code: 'invalid-data', fields: { path, offset } });
    }
  });

  test('a truncated file says where; what is whole can be read', async () => {
    const root = copyOf(join(golden, 'plain'));
    const bytes = readFileSync(join(root, 'train.rec'));
    const path = write(join(root, 'train.rec'), bytes.subarray(0, bytes.length - 100));
    const data = await recordIo(root);
    const last = await data.sample(6);
    await expect(decodeImage(last.image)).rejects.toMatchObject({ code: 'invalid-data', fields: { path } });
    await decodeImage((await data.sample(5)).image);
    rmSync(join(root, 'train.idx'));
    expect(await failure(root)).toMatchObject({ code: 'invalid-data', fields: { path } });
  });

  test('names are taken from a list only if folders and labels correspond', async () => {
    const root = copyOf(join(golden, 'plain'));
    const path = join(root, 'train.lst');
    for (const text of ['0\t0\ta.jpg\n', '0\t0\tAda/1.jpg\n1\t0\tLise/1.jpg\n']) {
      write(path, text);
      expect((await recordIo(root)).name(0)).toBe('0');
    }
    const reason = 'its folders are no names: line 2 has Lise for label 0, which was Ada';
    expect((await recordIo(root)).skipped).toEqual([{ path: 'train.lst', reason, missed: false }]);
    write(path, '0\t0\tall/1.jpg\n1\t1\tall/2.jpg\n');
    const data = await recordIo(root);
    expect([data.name(0), data.skipped![0]!.reason]).toEqual([
      '0',
      'its folders are no names: line 2 has all for label 1, which was label 0’s',
    ]);
    for (const text of ['0\tAda\tAda/1.jpg\n', 'nothing\n', '\0'.repeat(1 << 17)]) {
      write(path, text);
      expect((await recordIo(root)).name(0)).toBe('0');
    }
    const labels = [...new Set((await recordIo(root)).labels)];
    write(path, labels.map((label) => `1\t/data/faces/0${label}/1.jpg\t${label}\n`).join(''));
    expect((await recordIo(root)).name(2)).toBe('02');
  });

  test('record 0 that promises more records than there are', async () => {
    const root = copyOf(join(golden, 'insightface'));
    const bytes = readFileSync(join(root, 'train.rec'));
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setFloat32(bytes.length - 8, 1e9, true);
    const path = write(join(root, 'train.rec'), bytes);
    expect(await failure(root)).toMatchObject({
      code: 'invalid-data',
      fields: { path, offset: bytes.length - 40 },
    });
  });
});

const shared = sharedData();
describe.skipIf(!shared)('a file made by im2rec (skipped: no shared data)', () => {
  test('is read, and written again with the same bytes', async () => {
    const source = join(shared!, 'recordio');
    const data = await recordIo(source);
    expect(data).toMatchObject({ layout: 'plain', length: 8, classes: 2 });
    expect([data.name(0), data.name(1)]).toEqual(['man', 'woman']);
    const all = await Promise.all(Array.from({ length: 8 }, (_, index) => data.sample(index)));
    const inFile = all
      .map(({ image }, key) => ({ key, offset: 'file' in image ? image.offset : 0 }))
      .sort((a, b) => a.offset - b.offset);
    const encoded = await collected(encodedSamples(data));
    const samples = async function* () {
      for (const { key } of inFile) yield { ...encoded[key]!, key };
    };
    const path = join(folder, 'im2rec', 'train.rec');
    await writeRecordIo(path, samples());
    for (const name of ['train.rec', 'train.idx']) {
      expect(readFileSync(join(path, '..', name)).equals(readFileSync(join(source, name)))).toBe(true);
    }
  });
});
