import { readFileSync } from 'node:fs';
import { hostTensor } from '@hm/tensor/host';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEmbeddings, embeddingsFormats, encodeEmbeddings } from './embeddings-file.ts';

const ids = ['Ada/1.jpg', 'Zoë 🙂.png', 'c'];
const data = Float32Array.of(0.1, -2.5, 3e-8, 1, 2, 3, -0, 65504, 1 / 3);
const table = { ids, embeddings: hostTensor('float32', [3, 3], data) };

// Written by tools/golden/embeddings_file.py with NumPy and PyArrow.
const golden: Record<string, string> = JSON.parse(
  readFileSync(new URL('../golden/embeddings-file.json', import.meta.url), 'utf8'),
);
const bytesOf = (name: string) => new Uint8Array(Buffer.from(golden[name]!, 'base64'));

describe('files of other programs', () => {
  test.each(['records', 'parquet'])('%s are read', async (name) => {
    expect(await decodeEmbeddings(bytesOf(name))).toEqual(table);
  });

  test("NumPy's matrix is read, its rows named by their number", async () => {
    expect(await decodeEmbeddings(bytesOf('matrix'))).toEqual({ ...table, ids: ['0', '1', '2'] });
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

test('lines must be alike', async () => {
  const lines = (...texts: string[]) => decodeEmbeddings(new TextEncoder().encode(texts.join('\n')));
  await expect(lines('{"id":"a","embedding":[1,2]}', '{"id":"b","embedding":[1]}')).rejects.toThrow(/line 2/);
  await expect(lines('{"id":"a","embedding":[1,2]}', 'b')).rejects.toThrow(/line 2: no JSON/);
  await expect(lines('{"id":7,"embedding":[1,2]}')).rejects.toThrow(/line 1: without an id/);
  await expect(lines('')).rejects.toThrow(/no line/);
});
