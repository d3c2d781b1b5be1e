import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parquetMetadata } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import type { ParseTask } from './parse.ts';
import { parseApart } from './parse-apart.ts';

const path = fileURLToPath(new URL('../../../golden/parquet/numbers.parquet', import.meta.url));
const good: ParseTask = { kind: 'metadata', source: { path, byteLength: readFileSync(path).length } };
const mebibyte = 2 ** 20;

test('a thread that runs out of memory ends alone, and the next task has another', async () => {
  const rows = 400_000;
  const buffer = parquetWriteBuffer({
    columnData: [{ name: 'label', data: Int32Array.from({ length: rows }, (_, k) => k) }],
  });
  const source = { bytes: new Uint8Array(buffer) };
  const metadata = parquetMetadata(buffer);
  const task: ParseTask = { kind: 'rows', source, metadata, columns: ['label'], rows, text: false };
  // As for a file that is so much smaller than none that the heap has 16 MiB.
  await expect(parseApart(task, -7.5 * mebibyte)).rejects.toThrow(/memory/);
  expect(await parseApart(task, mebibyte)).toHaveLength(rows);
});

test('a file that is none is refused as often as it is asked for, by the same thread', async () => {
  const bytes = new Uint8Array(64);
  const refused = Array.from({ length: 3 }, () => parseApart({ kind: 'metadata', source: { bytes } }, 64));
  for (const each of refused) await expect(each).rejects.toThrow(/parquet/);
  expect(await parseApart(good, mebibyte)).toMatchObject({ num_rows: 5n });
});
