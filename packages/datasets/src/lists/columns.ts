import { InvalidDataError } from '@hm/tensor/host';
import type { ListRow } from './list-rows.ts';

/** Index of each column's field in a row. */
export type Columns<Name extends string> = Readonly<Partial<Record<Name, number>>>;

/** Accepted titles of each column, in lower case and with `_` between words, the best first. */
export type ColumnWords<Name extends string> = Readonly<Record<Name, readonly string[]>>;

/** Normalises a title for comparison: `Image Path` becomes `image_path`. */
export const normalTitle = (title: string): string =>
  title
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');

/**
 * Finds columns by the words in a header row. Returns undefined if the row has none of the words and so is not a
 * header.
 *
 * @throws {InvalidDataError} if a header lacks one of `needed`.
 */
export function headerColumns<Name extends string>(
  path: string,
  row: ListRow,
  words: ColumnWords<Name>,
  needed: readonly Name[],
): Columns<Name> | undefined {
  const titles = row.fields.map(normalTitle);
  const columns: Partial<Record<Name, number>> = {};
  for (const name of Object.keys(words) as Name[]) {
    const word = words[name].find((candidate) => titles.includes(candidate));
    if (word !== undefined) columns[name] = titles.indexOf(word);
  }
  if (Object.keys(columns).length === 0) return undefined;
  const lacking = needed.find((name) => columns[name] === undefined);
  if (lacking !== undefined) throw noColumn(path, words[lacking], row.fields);
  return columns;
}

/** The error for missing columns; `fields.option` names the option that would choose them. */
export const noColumn = (path: string, words: readonly string[], titles: readonly string[]) =>
  new InvalidDataError({
    where: path,
    expected: `a column ${words.slice(0, 6).join(' or ')}`,
    received: titles.join(', ').slice(0, 200),
    fix: 'Name the columns with `imageColumn` and `labelColumn`.',
    fields: { path, offset: 0, reason: `no column ${words[0]}`, option: 'columns' },
  });
