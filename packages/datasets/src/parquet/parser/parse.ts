import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { compressors } from 'hyparquet-compressors';
import { readAt } from '../../files/read-at.ts';

/** Where a file's bytes are: on disk, or sent with the task, those from `start` that it needs. */
export type ParquetSource = { byteLength: number } & (
  | { path: string }
  | { bytes: Uint8Array; start: number }
);

/** A request to the parser. */
export type ParseTask =
  | { kind: 'metadata'; source: ParquetSource }
  | {
      kind: 'rows';
      source: ParquetSource;
      /** Metadata with only the row group to read. */
      metadata: FileMetaData;
      columns: string[];
      rows: number;
      text: boolean;
    };

/** Returns the library's result. For damaged files the library throws plain errors, some of them by accident. */
export async function parse(task: ParseTask): Promise<unknown> {
  const file = bufferOf(task.source);
  if (task.kind === 'metadata') return parquetMetadataAsync(file);
  const { metadata, columns, rows, text } = task;
  for (const { meta_data } of metadata.row_groups[0]!.columns)
    if (meta_data && columns.includes(meta_data.path_in_schema[0]!)) await assertPages(file, meta_data);
  const found = await parquetReadObjects({
    ...{ file, metadata, columns, compressors, rowStart: 0, rowEnd: rows, utf8: text },
  });
  assertTexts(found, file.byteLength);
  return found;
}

function bufferOf(source: ParquetSource): AsyncBuffer {
  const { byteLength } = source;
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const from = start < 0 ? byteLength + start : start;
      const length = end - from;
      if (![from, length].every(Number.isSafeInteger) || from < 0 || length < 0 || end > byteLength)
        throw new RangeError(`bytes ${from} to ${end} of ${byteLength}`);
      if ('path' in source) return readAt(source.path, from, length).buffer;
      const { bytes, start: first } = source;
      if (from < first || from + length > first + bytes.length)
        throw new RangeError(`bytes ${from} to ${end}, which are no part of the columns`);
      return Uint8Array.from(bytes.subarray(from - first, from - first + length)).buffer;
    },
  };
}

type Column = NonNullable<FileMetaData['row_groups'][number]['columns'][number]['meta_data']>;

/** Limit for a page's bytes. Pages have a megabyte; one that claims more than this is made to exhaust the reader. */
const MOST_PAGE_BYTES = 2 ** 28;

/**
 * Checks the headers of a column's pages before any page is read. Each page must follow the previous one and lie within
 * the column, and together they may hold no more than the column and the file state.
 */
async function assertPages(file: AsyncBuffer, column: Column): Promise<void> {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  const view = new DataView(await file.slice(start, start + Number(column.total_compressed_size)));
  const reader = { view, offset: 0 };
  let [values, bytes] = [0, 0];
  while (reader.offset < view.byteLength - 1) {
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!(packed >= 0 && reader.offset + packed <= view.byteLength))
      throw new RangeError(`a page of ${packed} bytes, where ${view.byteLength - reader.offset} are left`);
    const { data_page_header: one, data_page_header_v2: two, dictionary_page_header: words } = header;
    const count = one?.num_values ?? two?.num_values ?? words?.num_values ?? 0;
    if (!(unpacked >= 0 && unpacked <= MOST_PAGE_BYTES && count >= 0))
      throw new RangeError(`a page of ${unpacked} bytes with ${count} values`);
    // The entries of a dictionary are additional to the values that refer to them.
    if (words === undefined) values += count;
    else if (count > unpacked) throw new RangeError(`${count} words in ${unpacked} bytes`);
    bytes += unpacked;
    reader.offset += packed;
  }
  if (values > Number(column.num_values))
    throw new RangeError(`pages of ${values} values in a column of ${column.num_values}`);
  if (bytes > mostBytes(file.byteLength)) throw new RangeError(`a column of ${bytes} bytes`);
}

/** Limit for the bytes that a file decompresses to: images do not shrink, and numbers and names not by much. */
const mostBytes = (byteLength: number) => 2 ** 26 + 16 * byteLength;

/** Limits the length of all texts: a text that rows share is copied for each of them when it is sent. */
function assertTexts(rows: readonly Record<string, unknown>[], byteLength: number): void {
  let letters = 0;
  for (const row of rows)
    for (const value of Object.values(row)) {
      if (typeof value === 'string') letters += value.length;
      else if (typeof (value as { path?: unknown } | null)?.path === 'string')
        letters += (value as { path: string }).path.length;
    }
  if (letters > mostBytes(byteLength)) throw new RangeError(`texts of ${letters} letters`);
}
