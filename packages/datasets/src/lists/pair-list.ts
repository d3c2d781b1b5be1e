import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { checkArguments, checkOptions, limits } from '@hm/tensor/host';
import { droppedPairs } from '../dropped-pairs.ts';
import { damaged } from '../files/damaged.ts';
import { findFile, pathInList } from '../files/find-file.ts';
import { insideRoot } from '../files/inside-root.ts';
import type { ProtocolImage, VerificationPair, VerificationProtocol } from '../protocol.ts';
import { contiguousFolds } from '../verification-bin/contiguous-folds.ts';
import { type Columns, type ColumnWords, headerColumns } from './columns.ts';
import { isImagePath } from './guess-columns.ts';
import { type ListRow, listRows } from './list-rows.ts';

/** Options of {@link pairList}. */
export interface PairListOptions {
  /** Folder that the list's paths start from. Default: the list's own. */
  root?: string;
  /** Number of folds if the list has no column `fold`; they are contiguous and as equal as possible. Default 10. */
  folds?: number;
  /** Drop pairs with a missing image instead of throwing, and note it. Default false. */
  skipMissing?: boolean;
}

/**
 * Opens any list of pairs of image files. Rows are `first second same`, where same is 1 or 0 (or -1, true, false),
 * separated by tabs, spaces, or commas in a `.csv`. A header may name the columns `first`, `second`, `same` and `fold`
 * (from 0 or 1).
 *
 * @throws {InvalidDataError} if a row has other fields, or an image that is missing or leads out of the root.
 * @example
 * const { pairs, folds } = await pairList('my-pairs.csv', { root: 'aligned' });
 */
export async function pairList(path: string, options: PairListOptions = {}): Promise<VerificationProtocol> {
  checkOptions('pairList', options, { root: 'string', folds: 'number', skipMissing: 'boolean' });
  checkArguments('pairList', { path }, { path: 'string' });
  const root = options.root ?? dirname(path);
  const table = new PairTable(path, root, options.skipMissing ?? false);
  for await (const row of listRows(path)) await table.add(row);
  const { pairs, folds } = table.finish(options.folds ?? 10);
  const notes = [`The pairs are those of ${basename(path)}.`];
  const { missing } = table;
  if (missing.length > 0) notes.push(droppedPairs(missing, pairs.length + missing.length, 'an image'));
  return { name: basename(path), images: table.images, pairs, folds, official: false, notes };
}

type Column = 'first' | 'second' | 'same' | 'fold';
const words: ColumnWords<Column> = {
  first: [
    'first',
    'image1',
    'path1',
    'file1',
    'img1',
    'image_1',
    'path_1',
    'file_1',
    'img_1',
    'filename1',
    'a',
  ],
  second: [
    'second',
    'image2',
    'path2',
    'file2',
    'img2',
    'image_2',
    'path_2',
    'file_2',
    'img_2',
    'filename2',
    'b',
  ],
  same: ['same', 'is_same', 'issame', 'match', 'is_match', 'same_person', 'label', 'target'],
  fold: ['fold', 'split'],
};

/** Returns whether a field says that two images show the same person, or undefined if it says neither. */
function truthOf(field: string): boolean | undefined {
  const word = field.toLowerCase();
  if (/^(1(\.0*)?|true|t|yes|y|same)$/.test(word)) return true;
  return /^((-1|0)(\.0*)?|false|f|no|n|different)$/.test(word) ? false : undefined;
}

interface ListedImage {
  id: string;
  path: string;
  isThere: boolean;
  /** Index into the protocol's images, once a pair has the image. */
  place: number | undefined;
}

class PairTable {
  readonly images: ProtocolImage[] = [];
  /** An image that is missing, for each pair that was dropped. */
  readonly missing: string[] = [];
  readonly #skipMissing: boolean;
  readonly #path: string;
  readonly #root: string;
  readonly #listed = new Map<string, ListedImage>();
  readonly #pairs: VerificationPair[] = [];
  readonly #check: (path: string) => void;
  #columns: Columns<Column> | undefined;
  /** Number of fields in each row. */
  #width = 0;

  constructor(path: string, root: string, skipMissing: boolean) {
    this.#skipMissing = skipMissing;
    this.#path = path;
    this.#root = root;
    this.#check = insideRoot(root);
  }

  async add(row: ListRow): Promise<void> {
    if (!this.#columns) {
      const isHeader = !row.fields.some(isImagePath);
      const header = isHeader && headerColumns(this.#path, row, words, ['first', 'second', 'same']);
      this.#columns = header || { first: 0, second: 1, same: 2 };
      this.#width = header ? row.fields.length : 3;
      if (header) return;
    }
    const { first, second, same, fold } = this.#columns;
    const fields = row.fields.length > this.#width ? splitPair(row) : row.fields;
    const truth = truthOf(fields?.[same!] ?? '');
    if (!fields || truth === undefined || fields.length > this.#width) throw this.#invalid(row, expected);
    if (this.#pairs.length === limits.pairs) throw this.#invalid(row, `at most ${limits.pairs} pairs`);
    const found = [
      await this.#find(row, fields[first!] ?? ''),
      await this.#find(row, fields[second!] ?? ''),
    ] as const;
    this.#addPair(row, found, truth, fold === undefined ? 0 : this.#fold(row, fields[fold] ?? ''));
  }

  #addPair(row: ListRow, [one, two]: readonly [ListedImage, ListedImage], same: boolean, fold: number): void {
    const lacking = [one, two].find(({ isThere }) => !isThere);
    if (lacking) {
      this.missing.push(lacking.id);
      return;
    }
    const [first, second] = [this.#placeOf(one), this.#placeOf(two)];
    if (first === second && !same)
      throw this.#invalid(row, 'two pictures of different people (not one with itself)');
    this.#pairs.push({ first, second, same, fold });
  }

  async #find(row: ListRow, file: string): Promise<ListedImage> {
    const known = this.#listed.get(file);
    if (known !== undefined) return known;
    const found = pathInList(this.#root, file);
    if ('fault' in found) throw this.#invalid(row, `a path inside ${this.#root} (not ${found.fault})`);
    const path = findFile(this.#root, found.path);
    this.#check(path);
    const isThere = (await stat(path).catch(() => undefined))?.isFile() ?? false;
    if (!isThere && !this.#skipMissing) throw this.#invalid(row, `an image ${path}`);
    const image = { id: found.path, path, isThere, place: undefined };
    this.#listed.set(file, image);
    return image;
  }

  /** Returns an image's index. It gets one with its first pair, so that no image is listed without a pair. */
  #placeOf(image: ListedImage): number {
    image.place ??= this.images.push({ id: image.id, path: image.path }) - 1;
    return image.place;
  }

  #fold(row: ListRow, text: string): number {
    if (/^\d{1,4}(\.0*)?$/.test(text)) return Number(text);
    throw this.#invalid(row, 'a number as fold');
  }

  finish(count: number): { pairs: VerificationPair[]; folds: number } {
    const pairs = this.#pairs;
    if (pairs.length === 0) {
      const received = this.missing[0] ? `none without a missing image such as ${this.missing[0]}` : 'none';
      throw damaged({ path: this.#path, offset: 0, expected: 'pairs', received });
    }
    if (this.#columns?.fold === undefined) {
      const fold = contiguousFolds(pairs.length, count);
      return {
        pairs: pairs.map((pair, place) => ({ ...pair, fold: fold(place) })),
        folds: Math.min(count, pairs.length),
      };
    }
    return this.#givenFolds();
  }

  /** Renumbers the folds from 0 without gaps, in the order of the list's numbers. */
  #givenFolds() {
    const numbers = [...new Set(this.#pairs.map(({ fold }) => fold))].sort((a, b) => a - b);
    return {
      pairs: this.#pairs.map((pair) => ({ ...pair, fold: numbers.indexOf(pair.fold) })),
      folds: numbers.length,
    };
  }

  #invalid({ line, offset, fields }: ListRow, wanted: string) {
    const received = `line ${line}: ${fields.join(', ').slice(0, 200)}`;
    return damaged({ path: this.#path, offset, expected: wanted, received, fix: 'Correct the list.' });
  }
}

/** Splits a line at spaces. The paths may contain spaces too, since each ends with the extension of an image. */
function splitPair({ spaced = '' }: ListRow): [first: string, second: string, same: string] | undefined {
  const [, rest = '', same = ''] = /^(.*\S)\s+(\S+)$/.exec(spaced) ?? [];
  for (const space of rest.matchAll(/\s+/g)) {
    const [first, second] = [rest.slice(0, space.index), rest.slice(space.index + space[0].length)];
    if (isImagePath(first) && isImagePath(second)) return [first, second, same];
  }
  return undefined;
}

const expected = "'first second same', where same is 1 or 0";
