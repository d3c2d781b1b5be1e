import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { imageFolder } from '../image-folder.ts';
import { recordIo } from '../recordio/record-io.ts';
import { temporaryFolder, write, writeFaces } from '../testing/files.ts';
import { type EncodedSample, encodedSamples } from '../write/encoded-samples.ts';
import { parquetImages } from './parquet-images.ts';
import { writeParquet } from './write-parquet.ts';

// Written by Apache Arrow: see tools/golden/parquet.py.
const golden = fileURLToPath(new URL('../../golden', import.meta.url));
const folder = temporaryFolder();

const collected = async (samples: AsyncIterable<EncodedSample>) => {
  const all: EncodedSample[] = [];
  for await (const sample of samples) all.push({ ...sample, bytes: Buffer.from(sample.bytes) });
  return all;
};
const [first, second] = await collected(encodedSamples(await recordIo(join(golden, 'plain'))));

describe('files by Apache Arrow', () => {
  test('a structure of bytes and path, classes with names', async () => {
    const data = await parquetImages(join(golden, 'parquet/numbers.parquet'));
    expect([...data.labels]).toEqual([0, 0, 2, 2, 1]);
    expect([data.classes, data.name(0), data.name(2)]).toEqual([3, 'Ada', 'Grace']);
    const samples = await collected(encodedSamples(data));
    expect(samples.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4].map((row) => `numbers.parquet/${row}.jpg`));
    for (const [row, { bytes }] of samples.entries()) expect(bytes).toEqual([first, second][row % 2]!.bytes);
  });

  test('plain bytes and names, compressed by zstd', async () => {
    const data = await parquetImages(join(golden, 'parquet/names.parquet'));
    expect([...data.labels]).toEqual([0, 1, 0, 2, 1]);
    expect([data.classes, data.name(1)]).toEqual([3, 'y']);
    for (const [row, { bytes }] of (await collected(encodedSamples(data))).entries()) {
      expect(bytes).toEqual([first, second][row % 2]!.bytes);
    }
  });

  test('at random, and with a cache of nothing', async () => {
    const data = await parquetImages(join(golden, 'parquet/numbers.parquet'), { cacheBytes: 0 });
    const rows = [4, 0, 3, 1, 2, 4, 0];
    const samples = await Promise.all(rows.map((row) => data.sample(row)));
    expect(samples.map(({ id }) => id)).toEqual(rows.map((row) => `numbers.parquet/${row}.jpg`));
  });
});

test('a file that was away for a moment is read again', async () => {
  const path = write(join(folder, 'away.parquet'), readFileSync(join(golden, 'parquet/numbers.parquet')));
  const data = await parquetImages(path);
  renameSync(path, `${path}.away`);
  await expect(data.sample(0)).rejects.toThrow();
  renameSync(`${path}.away`, path);
  expect((await data.sample(0)).id).toBe('away.parquet/0.jpg');
});

describe('writeParquet', () => {
  test('is read again, and by the library that wrote it', async () => {
    const faces = await imageFolder(await writeFaces(join(folder, 'faces'), 3, 3));
    const path = join(folder, 'set/faces.parquet');
    expect(await writeParquet(path, encodedSamples(faces), { rowsPerGroup: 4 })).toBe(9);
    const data = await parquetImages(join(folder, 'set'));
    const bare = (samples: EncodedSample[]) => samples.map(({ bytes, label, name }) => [bytes, label, name]);
    expect(bare(await collected(encodedSamples(data)))).toEqual(bare(await collected(encodedSamples(faces))));
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), rowStart: 8, rowEnd: 9 });
    expect(rows[0]).toMatchObject({ label: 2, image: { path: 'c/3.png' } });
  });
});

describe('files by other programs', () => {
  const rowsOf = (image: (Uint8Array | null)[], labels: number[], name = 'image') =>
    Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name, data: image, type: 'BYTE_ARRAY', nullable: true },
          { name: 'label', data: labels, type: 'INT32' },
        ],
      }),
    );
  const image = first!.bytes;

  test('a row without an image spoils no other', async () => {
    const path = write(join(folder, 'null.parquet'), rowsOf([image, null, image, image], [0, 0, 1, 1]));
    const data = await parquetImages(path);
    await expect(data.sample(1)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining('row 1'),
    });
    for (const row of [0, 2, 3]) expect((await data.sample(row)).label).toBe(row >> 1);
  });

  test('columns in capitals, classes with gaps, and rows without a class', async () => {
    const gaps = write(
      join(folder, 'gaps.parquet'),
      rowsOf([image, image, image], [690030, 7, 690030], 'IMG'),
    );
    const data = await parquetImages(gaps);
    expect([data.classes, [...data.labels], data.name(1)]).toEqual([2, [1, 0, 1], '690030']);
    const minus = write(join(folder, 'minus.parquet'), rowsOf([image, image], [0, -1]));
    await expect(parquetImages(minus)).rejects.toThrow('-1, which stands for no class');
  });
});

test('what is refused', async () => {
  const numbers = readFileSync(join(golden, 'parquet/numbers.parquet'));
  const refusal = (path: string, options = {}) => expect(parquetImages(path, options)).rejects;
  await refusal(join(folder, 'none')).toThrow('no such path');
  await refusal(join(golden, 'plain')).toThrow('a folder without');
  const path = write(join(folder, 'bad.parquet'), numbers.subarray(0, 5000));
  await refusal(path).toMatchObject({ code: 'invalid-data', fields: { path, offset: 4992 } });
  write(path, '');
  await refusal(path).toMatchObject({ code: 'invalid-data', fields: { path } });
  const whole = join(golden, 'parquet/numbers.parquet');
  await refusal(whole, { labelColumn: 'person' }).toThrow('a column person, got image');
  await refusal(whole, { labelColumn: 'path' }).toMatchObject({ code: 'invalid-data' });
  const text = await parquetImages(join(golden, 'parquet/names.parquet'), { imageColumn: 'identity' });
  await expect(text.sample(0)).rejects.toMatchObject({
    code: 'invalid-data',
    fields: { offset: expect.any(Number) },
  });
});
