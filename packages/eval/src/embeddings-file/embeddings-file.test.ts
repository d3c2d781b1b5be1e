import { readFileSync } from 'node:fs';
import { toHalf } from '@hm/onnx/session';
import { hostTensor } from '@hm/tensor/host';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEmbeddings, embeddingsFormats, encodeEmbeddings } from './embeddings-file.ts';

const ids = ['Ada/1.jpg', 'Zoë 🙂.png', 'c'];
const data = Float32Array.of(0.1, -2.5, 3e-8, 1, 2, 3, -0, 65504, 1 / 3);
const table = { ids, embeddings: hostTensor('float32', [3, 3], data) };

/** The bytes of a file of version 1.0 with this header and so many bytes of data. */
const npy = (header: string, size: number) => {
  const text = `${header.padEnd(117)}\n`;
  return Uint8Array.from([
    ...Buffer.from('\x93NUMPY', 'latin1'),
    1,
    0,
    text.length,
    0,
    ...Buffer.from(text),
    ...new Uint8Array(size),
  ]);
};

// Written by tools/golden/embeddings_file.py with NumPy and PyArrow.
const golden: Record<string, string> = JSON.parse(
  readFileSync(new URL('../../golden/embeddings-file.json', import.meta.url), 'utf8'),
);
const bytesOf = (name: string) => new Uint8Array(Buffer.from(golden[name]!, 'base64'));

describe('files of other programs', () => {
  test.each(['records', 'parquet'])('%s are read', async (name) => {
    expect(await decodeEmbeddings(bytesOf(name))).toEqual(table);
  });

  test("NumPy's matrix is read, its rows named by their number", async () => {
    expect(await decodeEmbeddings(bytesOf('matrix'))).toEqual({ ...table, ids: ['0', '1', '2'] });
  });

  // As np.save writes [[1, 2, 3], [4, 5, 6]] in other types and orders.
  test.each([
    ['<f8', false, 8, (view: DataView, at: number, value: number) => view.setFloat64(at, value, true)],
    ['>f4', false, 4, (view: DataView, at: number, value: number) => view.setFloat32(at, value)],
    ['<f4', true, 4, (view: DataView, at: number, value: number) => view.setFloat32(at, value, true)],
    ['>f8', true, 8, (view: DataView, at: number, value: number) => view.setFloat64(at, value)],
    ['<f2', false, 2, (view: DataView, at: number, value: number) => view.setUint16(at, toHalf(value), true)],
  ] as const)('a matrix of %s is read, by columns: %s', async (type, byColumns, width, put) => {
    const bytes = npy(
      `{'descr': '${type}', 'fortran_order': ${byColumns ? 'True' : 'False'}, 'shape': (2, 3), }`,
      6 * width,
    );
    const view = new DataView(bytes.buffer, bytes.length - 6 * width);
    const values = byColumns ? [1, 4, 2, 5, 3, 6] : [1, 2, 3, 4, 5, 6];
    for (const [k, value] of values.entries()) put(view, k * width, value);
    const read = await decodeEmbeddings(bytes);
    expect([read.ids, read.embeddings.shape, [...read.embeddings.data]]).toEqual([
      ['0', '1'],
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
  });

  test.each([
    "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
  ])('%s is refused in the words of NumPy', async (header) => {
    await expect(decodeEmbeddings(npy(header, 24))).rejects.toThrow(/Fix: .*np\.ascontiguousarray/);
  });

  test("our .npy is NumPy's, byte for byte", async () => {
    expect(Buffer.from(await encodeEmbeddings(table, 'npy'))).toEqual(Buffer.from(bytesOf('records')));
  });
});

const tables = fc.integer({ min: 1, max: 5 }).chain((size) =>
  fc.array(
    fc.tuple(
      fc.string({ unit: 'grapheme' }).filter((id) => !id.includes('\0')),
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: size, maxLength: size }),
    ),
    { minLength: 1, maxLength: 6 },
  ),
);

test.each(embeddingsFormats)('%s keeps every id and every bit', async (format) => {
  await fc.assert(
    fc.asyncProperty(tables, async (rows) => {
      const values = Float32Array.from(rows.flatMap(([, row]) => row)).map((x) => x + 0);
      const written = {
        ids: rows.map(([id]) => id),
        embeddings: hostTensor('float32', [rows.length, rows[0]![1].length], values),
      };
      const bytes = await encodeEmbeddings(written, format);
      expect(await decodeEmbeddings(bytes)).toEqual(written);
      expect(await decodeEmbeddings(Buffer.concat([bytes]))).toEqual(written);
    }),
    { numRuns: 50 },
  );
});

test.each(embeddingsFormats)(
  '%s that is cut off or damaged is an error, not another table',
  async (format) => {
    const bytes = await encodeEmbeddings(table, format);
    for (const length of [7, 40, bytes.length - 3]) {
      await expect(decodeEmbeddings(bytes.subarray(0, length))).rejects.toThrow(
        /ids with float32 embeddings/,
      );
    }
  },
);

test('a value that is not finite is named by its id', async () => {
  const spoiled = hostTensor(
    'float32',
    [3, 3],
    data.map((x, k) => (k === 5 ? Number.NaN : x)),
  );
  const bytes = await encodeEmbeddings({ ids, embeddings: spoiled }, 'npy');
  await expect(decodeEmbeddings(bytes)).rejects.toThrow(/NaN in the embedding of Zoë/);
});

const records = (width: number, size: number, rows: number) =>
  `{'descr': [('id', '<U${width}'), ('embedding', '<f4', (${size},))], 'fortran_order': False, 'shape': (${rows},), }`;

test.each([
  ['rows without content', records(0, 0, 5_000_000_000), 0, /rows without content/],
  ['rows that are not there', records(1, 2, 5_000_000_000), 12, /12 bytes for 5000000000 rows/],
  ['ids of any length', records(4_000_000_000, 1, 1), 8, /8 bytes for 1 rows/],
  [
    'a matrix that is not there',
    "{'descr': '<f4', 'fortran_order': False, 'shape': (9007199254740993, 8), }",
    32,
    /32 bytes/,
  ],
  [
    'a matrix without columns',
    "{'descr': '<f4', 'fortran_order': False, 'shape': (900719925474, 0), }",
    0,
    /0 bytes/,
  ],
])('.npy with %s is refused', async (_, header, size, message) => {
  await expect(decodeEmbeddings(npy(header, size))).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringMatching(message),
  });
});

test('.npy with an id that is no text is refused, one of any length is read, a header that is cut is refused', async () => {
  const bytes = npy(records(1, 2, 1), 12);
  bytes.fill(255, bytes.length - 12, bytes.length - 8);
  await expect(decodeEmbeddings(bytes)).rejects.toThrow(/4294967295, which is no letter/);
  const wide = npy(records(200_000, 1, 1), 4 * 200_001);
  for (let k = 0; k < 200_000; k++) wide[wide.length - 4 * 200_001 + 4 * k] = 97;
  expect((await decodeEmbeddings(wide)).ids[0]).toHaveLength(200_000);
  for (const length of [7, 9, 11, 60])
    await expect(decodeEmbeddings(bytes.subarray(0, length))).rejects.toThrow(/cut off/);
});

test('parquet that keeps its reader busy for ever is given up, and the next file is read', async () => {
  const bytes = await encodeEmbeddings(table, 'parquet');
  const numbers = Float32Array.from({ length: 12 }, (_, k) => k / 7);
  const other = { ids: ['ada.jpg', 'b', 'c'], embeddings: hostTensor('float32', [3, 4], numbers) };
  // One bit, on which the library reads on for ever.
  const looping = await encodeEmbeddings(other, 'parquet');
  expect([looping.length, looping[168]]).toEqual([364, 2]);
  looping[168] = 3;
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  process.on('unhandledRejection', hear);
  await expect(decodeEmbeddings(looping)).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('nothing that can be read in 4 s'),
  });
  // Both columns fail, one after the other is told.
  const spoiled = Uint8Array.from(bytes).fill(255, 4, 200);
  await expect(decodeEmbeddings(spoiled)).rejects.toMatchObject({ code: 'invalid-data' });
  expect(await decodeEmbeddings(bytes)).toEqual(table);
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
}, 60_000);

test('lines must be alike', async () => {
  const lines = (...texts: string[]) => decodeEmbeddings(new TextEncoder().encode(texts.join('\n')));
  await expect(lines('{"id":"a","embedding":[1,2]}', '{"id":"b","embedding":[1]}')).rejects.toThrow(/line 2/);
  await expect(lines('{"id":"a","embedding":[1,2]}', 'b')).rejects.toThrow(/line 2: no JSON/);
  await expect(decodeEmbeddings(Buffer.from('PK\x03\x04'))).rejects.toThrow(
    /np\.savez.*Fix: Save one matrix/,
  );
  await expect(lines('{"id":7,"embedding":[1,2]}')).rejects.toThrow(/line 1: without an id/);
  await expect(lines('')).rejects.toThrow(/no line/);
});
