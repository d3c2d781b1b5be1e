import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { CsvError, parse } from 'csv-parse';
import { damaged } from '../files/damaged.ts';
import { linesOf } from '../files/lines.ts';
import { unreadable } from '../files/read-at.ts';

/** A row of a list. */
export interface ListRow {
  fields: readonly string[];
  /** From 1. */
  line: number;
  /** Bytes from the start of the file up to this row, or to its start. */
  offset: number;
}

/**
 * The rows of a list: comma-separated with quotes for `.csv`, else separated by tabs, or by spaces in a line without tabs.
 * Blank lines are passed over, and so are spaces around a field.
 *
 * @throws {InvalidDataError} if the file cannot be read, or quotes are not closed.
 */
export const listRows = (path: string): AsyncGenerator<ListRow, void, void> =>
  extname(path).toLowerCase() === '.csv' ? csvRows(path) : plainRows(path);

async function* plainRows(path: string): AsyncGenerator<ListRow, void, void> {
  for await (const { text, number, offset } of linesOf(path)) {
    if (text.trim() === '') continue;
    const fields = text.includes('\t')
      ? text.split('\t').map((field) => field.trim())
      : text.trim().split(/\s+/);
    yield { fields, line: number, offset };
  }
}

async function* csvRows(path: string): AsyncGenerator<ListRow, void, void> {
  const source = createReadStream(path);
  const parser = parse({
    bom: true,
    info: true,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 1 << 16,
  });
  source.on('error', (error) => parser.destroy(unreadable(path, error)));
  try {
    for await (const { info, record } of source.pipe(parser)) {
      yield { fields: record, line: info.lines, offset: info.bytes };
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const { message, bytes } = cause as CsvError & { bytes?: number };
    throw damaged({ path, offset: bytes ?? 0, expected: 'comma-separated values', received: message, cause });
  } finally {
    source.destroy();
  }
}
