import { checkArguments } from '@hm/tensor/host';
import type { FileMetaData } from 'hyparquet';
import { damaged } from '../files/damaged.ts';
import { sizeAt } from '../files/read-at.ts';
import type { ParquetSource, ParseTask } from './parser/parse.ts';
import { parseApart } from './parser/parse-apart.ts';

/** A parquet file with its footer. */
export interface ParquetFile {
  /** Path of the file, or the name of in-memory bytes in error messages. */
  path: string;
  /** Contents of the file, if it is not on disk. */
  bytes?: Uint8Array;
  byteLength: number;
  metadata: FileMetaData;
  rows: number;
  /** Groups of rows that are compressed together, in order. */
  groups: readonly ParquetGroup[];
}

/** Rows that are compressed together. */
export interface ParquetGroup {
  /** First row of the group; `end` is the row after its last. */
  start: number;
  end: number;
  /** Offset of its first page in the file. */
  offset: number;
  /** Index among the file's groups. */
  index: number;
}

/** Reads the footer of a file, or of in-memory bytes that error messages call `path`. */
export async function openParquet(path: string, bytes?: Uint8Array): Promise<ParquetFile> {
  checkArguments('openParquet', { path }, { path: 'string' });
  const byteLength = bytes?.length ?? sizeAt(path);
  const offset = Math.max(0, byteLength - 8);
  const file = { path, byteLength, ...(bytes && { bytes }) };
  const task: ParseTask = { kind: 'metadata', source: sourceOf(file, footerStart(bytes), byteLength) };
  // A footer is a small part of a large file, but may be all of a small one.
  const metadata = (await guarded(path, offset, task, Math.min(byteLength, 2 ** 24))) as FileMetaData;
  assertNames(metadata, path, offset);
  const groups: ParquetGroup[] = [];
  let [rows, values] = [0, 0];
  for (const [index, { num_rows, columns }] of metadata.row_groups.entries()) {
    const count = Number(num_rows);
    for (const { meta_data } of columns) values += Math.max(0, Number(meta_data?.num_values ?? 0));
    // An image or an embedding takes at least four bytes, which limits the number of rows. There are no more values
    // than bits.
    if (!Number.isSafeInteger(count) || count < 0 || rows + count > byteLength / 4 || values > byteLength * 8)
      throw damaged({
        ...{ path, offset, expected: `rows that fit into ${byteLength} bytes` },
        received: `${count} with ${values} values`,
      });
    const first = Number(columns[0]?.meta_data?.data_page_offset ?? 0);
    groups.push({ start: rows, end: rows + count, offset: first, index });
    rows += count;
  }
  return { ...file, metadata, rows, groups };
}

/** Returns the part of a file that a task needs: its path, or its bytes from `start` to `end`. */
const sourceOf = (
  { path, bytes, byteLength }: Pick<ParquetFile, 'path' | 'bytes' | 'byteLength'>,
  start: number,
  end: number,
): ParquetSource =>
  bytes === undefined ? { path, byteLength } : { bytes: bytes.subarray(start, end), start, byteLength };

/** Returns the start of as many bytes from the end as the library requests at once, or as the footer says it has. */
function footerStart(bytes: Uint8Array = new Uint8Array()): number {
  const tail = bytes.subarray(-8);
  const footer = tail.length < 8 ? 0 : new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  return Math.max(0, bytes.length - Math.max(2 ** 19, footer + 8));
}

/**
 * Checks that everything that is looked up by name has one.
 *
 * @throws {InvalidDataError}
 */
function assertNames({ schema, row_groups }: FileMetaData, path: string, offset: number): void {
  const chunks = row_groups.flatMap(({ columns }) =>
    columns.map(({ meta_data }) => meta_data?.path_in_schema),
  );
  const nameless =
    schema.findIndex(({ name }) => typeof name !== 'string') >= 0 ||
    chunks.some((names) => !names?.every((name) => typeof name === 'string'));
  if (nameless)
    throw damaged({ path, offset, expected: 'a name for each column', received: 'a column without' });
}

/** Reads some columns of a group's rows. `text` decodes byte arrays as UTF-8. */
export async function readRows(
  file: ParquetFile,
  columns: string[],
  group: ParquetGroup,
  text: boolean,
): Promise<Record<string, unknown>[]> {
  checkArguments(
    'readRows',
    { file, columns, group, text },
    {
      file: { has: ['path', 'metadata'] },
      columns: 'array',
      group: { has: ['start', 'end'] },
      text: 'boolean',
    },
  );
  const { path, byteLength, metadata } = file;
  const found = metadata.row_groups[group.index]!;
  const count = group.end - group.start;
  const own: FileMetaData = { ...metadata, row_groups: [found] };
  delete own.key_value_metadata;
  const wanted = found.columns.flatMap(({ meta_data }) =>
    meta_data && columns.includes(meta_data.path_in_schema[0]!) ? [meta_data] : [],
  );
  const starts = wanted.map((column) => Number(column.dictionary_page_offset || column.data_page_offset));
  const ends = wanted.map((column, place) => starts[place]! + Number(column.total_compressed_size));
  const source = sourceOf(file, Math.max(0, Math.min(...starts)), Math.max(0, ...ends));
  const task: ParseTask = { kind: 'rows', source, metadata: own, columns, rows: count, text };
  const packed = wanted.reduce((sum, column) => sum + Math.max(0, Number(column.total_uncompressed_size)), 0);
  const rows = await guarded(path, group.offset, task, Math.min(packed, 16 * byteLength));
  if (Array.isArray(rows) && rows.length === count) return rows;
  const received = Array.isArray(rows) ? rows.length : typeof rows;
  throw damaged({ path, offset: group.offset, expected: `${count} rows`, received });
}

async function guarded(path: string, offset: number, task: ParseTask, bytes: number): Promise<unknown> {
  try {
    return await parseApart(task, bytes);
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw damaged({ path, offset, expected: 'rows in parquet', received, cause });
  }
}
