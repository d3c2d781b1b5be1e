import { isImageName, isOtherImageName } from '@hm/images';
import type { Columns } from './columns.ts';

export type ImageColumn = 'path' | 'label' | 'name' | 'split';

/** True if a field of a list looks like the path of an image. */
export const isImagePath = (field: string): boolean => {
  const name = field.split(/[/\\]/).at(-1)!;
  return isImageName(name) || isOtherImageName(name);
};

const isNumber = (field: string | undefined): boolean => /^-?\d+(\.\d*)?$/.test(field ?? '');

/**
 * Guesses the columns of a list without a header from its first row: `path label` or `label path`; im2rec's
 * `key label … path`; InsightFace's `flag path label …`; `path label name`. Returns undefined if the row is none of
 * them.
 */
export function guessColumns(fields: readonly string[]): Columns<ImageColumn> | undefined {
  const paths = fields.flatMap((field, place) => (isImagePath(field) ? [place] : []));
  const [path] = paths;
  if (path === undefined || paths.length > 1) return undefined;
  const last = fields.length - 1;
  if (last === 1) return { path, label: 1 - path };
  if (!isNumber(fields[0])) {
    const isNamed = path === 0 && last === 2 && isNumber(fields[1]) && !isNumber(fields[2]);
    return isNamed ? { path, label: 1, name: 2 } : undefined;
  }
  if (path === last && isNumber(fields[1])) return { path, label: 1 };
  return path === 1 && isNumber(fields[2]) ? { path, label: 2 } : undefined;
}

/**
 * Splits a line at spaces. The path may contain spaces too, since it ends with the extension of an image.
 *
 * @returns the fields; undefined if the line is not `path label`.
 */
export function splitPathAndLabel(text: string): [path: string, label: string] | undefined {
  for (const space of text.matchAll(/\s+/g)) {
    const [path, label] = [text.slice(0, space.index), text.slice(space.index + space[0].length)];
    if (isImagePath(path) && !isImagePath(label)) return [path, label];
  }
  return undefined;
}
