import { checkArguments } from '@hm/tensor/host';
import type { FileMetaData } from 'hyparquet';
import { damaged } from '../files/damaged.ts';
import { sizeAt } from '../files/read-at.ts';
import type { ParquetSource, ParseTask } from './parser/parse.ts';
import { parseApart } from './parser/parse-apart.ts';

/** A parquet file with its footer. */
export interface ParquetFile {
  /** Also what errors call bytes that have none. */
  path: string;
  source: ParquetSource;
  metadata: FileMetaData;
  rows: number;
  /** Rows of the groups in which the file is compressed, in order. */
  groups: readonly ParquetGroup[];
}

/** Rows that are compressed together. */
export interface ParquetGroup {
  /** Its first row, and the one after its last. */
  start: number;
  end: number;
  /** Its first page in the file. */
  offset: number;
  /** Place among the file's. */
  index: number;
}

/** Reads the footer of a file, or of bytes that errors call `path`. */
export async function openParquet(path: string, bytes?: Uint8Array): Promise<ParquetFile> {
  checkArguments('openParquet', { path }, { path: 'string' });
  const source = bytes ? { bytes: shared(bytes) } : { path, byteLength: sizeAt(path) };
  const byteLength = 'bytes' in source ? source.bytes.length : source.byteLength;
  const offset = Math.max(0, byteLength - 8);
  const task: ParseTask = { kind: 'metadata', source };
  // A footer is a small part of a file; of a small file all of it.
  const metadata = (await guarded(path, offset, task, Math.min(byteLength, 2 ** 24))) as FileMetaData;
  const groups: ParquetGroup[] = [];
  let [rows, values] = [0, 0];
  for (const [index, { num_rows, columns }] of metadata.row_groups.entries()) {
    const count = Number(num_rows);
    for (const { meta_data } of columns) values += Math.max(0, Number(meta_data?.num_values ?? 0));
    // An image, and an embedding, takes four bytes at least: a file has no more rows than that; nor more values than bits.
    if (!Number.isSafeInteger(count) || count < 0 || rows + count > byteLength / 4 || values > byteLength * 8)
      throw damaged({
        ...{ path, offset, expected: `rows that fit into ${byteLength} bytes` },
        received: `${count} with ${values} values`,
      });
    const first = Number(columns[0]?.meta_data?.data_page_offset ?? 0);
    groups.push({ start: rows, end: rows + count, offset: first, index });
    rows += count;
  }
  return { path, source, metadata, rows, groups };
}

/** Memory that threads share, so that a table is not copied for each of its groups. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
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
      file: { has: ['path', 'source'] },
      columns: 'array',
      group: { has: ['start', 'end'] },
      text: 'boolean',
    },
  );
  const { path, source, metadata } = file;
  const found = metadata.row_groups[group.index]!;
  const count = group.end - group.start;
  const own: FileMetaData = { ...metadata, row_groups: [found] };
  delete own.key_value_metadata;
  const task: ParseTask = { kind: 'rows', source, metadata: own, columns, rows: count, text };
  const size = 'bytes' in source ? source.bytes.length : source.byteLength;
  const packed = found.columns
    .filter(({ meta_data }) => columns.includes(meta_data?.path_in_schema[0] ?? ''))
    .reduce((sum, { meta_data }) => sum + Math.max(0, Number(meta_data?.total_uncompressed_size ?? 0)), 0);
  const rows = await guarded(path, group.offset, task, Math.min(packed, 16 * size));
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
