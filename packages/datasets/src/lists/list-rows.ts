import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { damaged } from '../files/damaged.ts';
import { linesOf } from '../files/lines.ts';

/** A row of a list. */
export interface ListRow {
  fields: readonly string[];
  /** The whole line, if its fields are separated by spaces. */
  spaced: string | undefined;
  /** Line number, from 1. */
  line: number;
  /** Byte offset of the row's start; in a `.csv`, of its end. */
  offset: number;
}

/**
 * Yields the rows of a list. A `.csv` is separated by commas, semicolons or tabs, with quotes; other files by tabs, or
 * by spaces in a line without tabs. Skips blank lines and trims spaces around fields.
 *
 * @throws {InvalidDataError} if the file cannot be read, or quotes are not closed.
 */
export const listRows = (path: string): AsyncGenerator<ListRow, void, void> =>
  extname(path).toLowerCase() === '.csv' ? csvRows(path) : plainRows(path);

async function* plainRows(path: string): AsyncGenerator<ListRow, void, void> {
  for await (const { text, number, offset } of linesOf(path)) {
    const line = text.trim();
    if (line === '') continue;
    const isTabbed = text.includes('\t');
    const fields = isTabbed ? text.split('\t').map((field) => field.trim()) : line.split(/\s+/);
    yield { fields, spaced: isTabbed ? undefined : line, line: number, offset };
  }
}

async function* csvRows(path: string): AsyncGenerator<ListRow, void, void> {
  const parser = parse({
    delimiter: await delimiterOf(path),
    info: true,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 1 << 16,
  });
  const source = Readable.from(textOf(path));
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const { info, record } of source.pipe(parser)) {
      yield { fields: record, spaced: undefined, line: info.lines, offset: info.bytes };
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const { message, bytes } = cause as CsvError & { bytes?: number };
    const fix = 'Correct the list.';
    throw damaged({
      path,
      offset: bytes ?? 0,
      expected: 'values between commas',
      received: message,
      fix,
      cause,
    });
  } finally {
    source.destroy();
  }
}

async function* textOf(path: string): AsyncGenerator<string, void, void> {
  for await (const { text } of linesOf(path)) yield `${text}\n`;
}

/** Returns the delimiter of the first non-blank line; spreadsheets of some countries use semicolons. */
async function delimiterOf(path: string): Promise<string> {
  for await (const { text } of linesOf(path)) {
    const bare = text.replaceAll(/"[^"]*"/g, '');
    const counts = [',', ';', '\t'].map((sign) => ({ sign, count: bare.split(sign).length }));
    if (text.trim() !== '') return counts.toSorted((a, b) => b.count - a.count)[0]!.sign;
  }
  return ',';
}
