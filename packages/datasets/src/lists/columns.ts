import { damaged } from '../files/damaged.ts';
import type { ListRow } from './list-rows.ts';

/** Which field of a row is what. */
export type Columns<Name extends string> = Readonly<Partial<Record<Name, number>>>;

/**
 * Finds columns by the words in a header row; undefined if the row has none of the words, and is no header.
 *
 * @param words What each column may be called, in lower case.
 * @throws {InvalidDataError} if a header lacks one of `needed`.
 */
export function headerColumns<Name extends string>(
  path: string,
  { fields, offset }: ListRow,
  words: Readonly<Record<Name, readonly string[]>>,
  needed: readonly Name[],
): Columns<Name> | undefined {
  const titles = fields.map((field) => field.toLowerCase());
  const columns: Partial<Record<Name, number>> = {};
  for (const name of Object.keys(words) as Name[]) {
    const place = titles.findIndex((title) => words[name].includes(title));
    if (place !== -1) columns[name] = place;
  }
  if (Object.keys(columns).length === 0) return undefined;
  const lacking = needed.filter((name) => columns[name] === undefined);
  if (lacking.length === 0) return columns;
  const expected = `a column ${words[lacking[0]!].join(' or ')}`;
  throw damaged({ path, offset, expected, received: fields.join(', ').slice(0, 200) });
}
