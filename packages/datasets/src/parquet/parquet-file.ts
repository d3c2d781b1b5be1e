import { closeSync, fstatSync } from 'node:fs';
import { HmError } from '@hm/tensor/host';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { damaged } from '../files/damaged.ts';
import { openForReading, readAt } from '../files/read-at.ts';

/** A parquet file with its footer. */
export interface ParquetFile {
  path: string;
  metadata: FileMetaData;
  rows: number;
  /** Rows of the groups in which the file is compressed, in order. */
  groups: readonly { start: number; end: number; offset: number }[];
}

/** Reads a file's footer. */
export async function openParquet(path: string): Promise<ParquetFile> {
  const buffer = bufferOf(path);
  const offset = Math.max(0, buffer.byteLength - 8);
  const metadata = await guarded(path, offset, () => parquetMetadataAsync(buffer));
  const groups: { start: number; end: number; offset: number }[] = [];
  let rows = 0;
  for (const group of metadata.row_groups) {
    const count = Number(group.num_rows);
    // An image takes four bytes at least: a file has no more rows than that.
    if (!Number.isSafeInteger(count) || count < 0 || rows + count > buffer.byteLength / 4) {
      throw damaged({
        path,
        offset,
        expected: `rows that fit into ${buffer.byteLength} bytes`,
        received: count,
      });
    }
    groups.push({ start: rows, end: rows + count, offset: groupOffset(group.columns) });
    rows += count;
  }
  return { path, metadata, rows, groups };
}

const groupOffset = (columns: FileMetaData['row_groups'][number]['columns']): number =>
  Number(columns[0]?.meta_data?.data_page_offset ?? 0);

/** Reads some columns of some rows. `text` decodes byte arrays as UTF-8. */
export async function readRows(
  file: ParquetFile,
  columns: string[],
  group: { start: number; end: number; offset: number },
  text: boolean,
): Promise<Record<string, unknown>[]> {
  const { path, metadata } = file;
  const [rowStart, rowEnd] = [group.start, group.end];
  const options = {
    file: bufferOf(path),
    metadata,
    columns,
    rowStart,
    rowEnd,
    utf8: text,
    compressors: limited,
  };
  const rows = await guarded(path, group.offset, () => parquetReadObjects(options));
  if (rows.length === rowEnd - rowStart) return rows;
  const expected = `${rowEnd - rowStart} rows`;
  throw damaged({ path, offset: group.offset, expected, received: rows.length });
}

/** The library throws plain errors at damaged files, some of them by accident. */
async function guarded<T>(path: string, offset: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (HmError.isInstance(cause)) throw cause;
    const received = cause instanceof Error ? cause.message : String(cause);
    throw damaged({ path, offset, expected: 'a parquet file', received, cause });
  }
}

function bufferOf(path: string): AsyncBuffer {
  const byteLength = sizeOf(path);
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const from = start < 0 ? byteLength + start : start;
      const length = end - from;
      if (Number.isSafeInteger(from) && Number.isSafeInteger(length) && from >= 0 && length >= 0) {
        return readAt(path, from, length).buffer;
      }
      throw damaged({
        path,
        offset: 0,
        expected: `a stretch of ${byteLength} bytes`,
        received: `${from} to ${end}`,
      });
    },
  };
}

function sizeOf(path: string): number {
  const descriptor = openForReading(path);
  const { size } = fstatSync(descriptor);
  closeSync(descriptor);
  return size;
}

/** Pages have a megabyte; one that says it has more than this is made to exhaust its reader. */
const maximumPageBytes = 2 ** 28;

const limited: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, outputLength: number) => {
      if (outputLength > maximumPageBytes) throw new RangeError(`a page of ${outputLength} bytes`);
      return decompress(input, outputLength);
    },
  ]),
);
