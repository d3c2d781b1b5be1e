import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parquetMetadata } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import type { ParseTask } from './parse.ts';
import { parseApart } from './parse-apart.ts';

const path = fileURLToPath(new URL('../../../golden/parquet/numbers.parquet', import.meta.url));
const good: ParseTask = { kind: 'metadata', source: { path, byteLength: readFileSync(path).length } };
const mebibyte = 2 ** 20;

test('a process that runs out of memory ends alone, and the next task has another', async () => {
  const rows = 400_000;
  const buffer = parquetWriteBuffer({
    columnData: [{ name: 'label', data: Int32Array.from({ length: rows }, (_, k) => k) }],
  });
  const source = { bytes: new Uint8Array(buffer), start: 0, byteLength: buffer.byteLength };
  const metadata = parquetMetadata(buffer);
  const task: ParseTask = { kind: 'rows', source, metadata, columns: ['label'], rows, text: false };
  // As for a file that is so much smaller than none that the heap has 16 MiB.
  await expect(parseApart(task, -7.5 * mebibyte)).rejects.toThrow(/memory/);
  expect(await parseApart(task, mebibyte)).toHaveLength(rows);
});

test('a file that is none is refused as often as it is asked for, by the same process', async () => {
  const bytes = new Uint8Array(64);
  const refused = Array.from({ length: 3 }, () =>
    parseApart({ kind: 'metadata', source: { bytes, start: 0, byteLength: 64 } }, 64),
  );
  for (const each of refused) await expect(each).rejects.toThrow(/parquet/);
  expect(await parseApart(good, mebibyte)).toMatchObject({ num_rows: 5n });
});

test('a run of values that goes on past the end of its page is refused, and the process lives', async () => {
  const required = { repetition_type: 'REQUIRED' } as const;
  const buffer = parquetWriteBuffer({
    codec: 'UNCOMPRESSED',
    schema: [
      { name: 'schema', num_children: 1 },
      { name: 'label', converted_type: 'LIST', num_children: 1, ...required },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'FLOAT', ...required },
    ],
    columnData: [{ name: 'label', data: [[1, 2], [3]] }],
  });
  const metadata = parquetMetadata(buffer);
  const reader = {
    view: new DataView(buffer),
    offset: Number(metadata.row_groups[0]!.columns[0]!.meta_data!.data_page_offset),
  };
  parquetHeader(reader);
  const bytes = new Uint8Array(buffer);
  // The levels of lists: two thousand million times the same.
  bytes.set([0xfe, 0xff, 0xff, 0xff, 0x0f], reader.offset);
  const task: ParseTask = {
    kind: 'rows',
    source: { bytes, start: 0, byteLength: bytes.length },
    metadata,
    columns: ['label'],
    rows: 2,
    text: false,
  };
  await expect(parseApart(task, mebibyte)).rejects.toThrow(/memory/);
});

test('a task that wants a larger heap has a process of its own, and the one before says nothing any more', async () => {
  for (const mebibytes of [40, 41, 42, 43])
    expect(await parseApart(good, mebibytes * mebibyte)).toMatchObject({ num_rows: 5n });
});
