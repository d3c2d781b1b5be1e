import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { damaged } from '../files/damaged.ts';
import { unsafeName } from '../files/entry-name.ts';
import { insideRoot } from '../files/inside-root.ts';
import type { ProtocolImage, VerificationPair, VerificationProtocol } from '../protocol.ts';
import { contiguousFolds } from '../verification-bin/contiguous-folds.ts';
import { type Columns, headerColumns } from './columns.ts';
import { type ListRow, listRows } from './list-rows.ts';

/** What {@link pairList} takes. */
export interface PairListOptions {
  /** The folder that the list's paths start from. Default: the list's own. */
  root?: string;
  /** Folds, if the list has no column `fold`: contiguous ones, as equal as they can be. Default 10. */
  folds?: number;
}

/**
 * Opens any list of pairs of image files: rows `first second same`, where same is 1 or 0 (or -1, true, false), separated
 * by tabs, spaces, or commas in a `.csv`; a header may name the columns `first`, `second`, `same` and `fold` (from 0 or 1).
 *
 * @throws {InvalidDataError} if a row has other fields, or an image that is missing or leads out of the root.
 * @example
 * const { pairs, folds } = await pairList('my-pairs.csv', { root: 'aligned' });
 */
export async function pairList(path: string, options: PairListOptions = {}): Promise<VerificationProtocol> {
  const root = options.root ?? dirname(path);
  const table = new PairTable(path, root);
  for await (const row of listRows(path)) await table.add(row);
  const { pairs, folds } = table.finish(options.folds ?? 10);
  const notes = [`The pairs are those of ${basename(path)}.`];
  return { name: basename(path), images: table.images, pairs, folds, official: false, notes };
}

type Column = 'first' | 'second' | 'same' | 'fold';
const words: Record<Column, readonly string[]> = {
  first: ['first', 'image1', 'path1', 'file1', 'a'],
  second: ['second', 'image2', 'path2', 'file2', 'b'],
  same: ['same', 'label', 'is_same', 'issame', 'match', 'is same'],
  fold: ['fold', 'split'],
};
const truths: Partial<Record<string, boolean>> = { 1: true, true: true, 0: false, '-1': false, false: false };

class PairTable {
  readonly images: ProtocolImage[] = [];
  readonly #path: string;
  readonly #root: string;
  readonly #places = new Map<string, number>();
  readonly #pairs: VerificationPair[] = [];
  readonly #check: (path: string) => void;
  #columns: Columns<Column> | undefined;

  constructor(path: string, root: string) {
    this.#path = path;
    this.#root = root;
    this.#check = insideRoot(root);
  }

  async add(row: ListRow): Promise<void> {
    if (!this.#columns) {
      const header = headerColumns(this.#path, row, words, ['first', 'second', 'same']);
      this.#columns = header ?? { first: 0, second: 1, same: 2 };
      if (header) return;
    }
    const { first, second, same, fold } = this.#columns;
    const truth = truths[(row.fields[same!] ?? '').toLowerCase()];
    if (truth === undefined || (fold === undefined && row.fields.length !== 3))
      throw this.#invalid(row, expected);
    this.#pairs.push({
      first: await this.#image(row, row.fields[first!] ?? ''),
      second: await this.#image(row, row.fields[second!] ?? ''),
      same: truth,
      fold: fold === undefined ? 0 : this.#fold(row, row.fields[fold] ?? ''),
    });
  }

  async #image(row: ListRow, file: string): Promise<number> {
    const known = this.#places.get(file);
    if (known !== undefined) return known;
    const fault = unsafeName(file);
    if (fault) throw this.#invalid(row, `a path inside ${this.#root} (not ${fault})`);
    const path = join(this.#root, file);
    this.#check(path);
    if (!(await stat(path).catch(() => undefined))?.isFile()) throw this.#invalid(row, `an image ${path}`);
    this.#places.set(file, this.images.length);
    return this.images.push({ id: file, path }) - 1;
  }

  #fold(row: ListRow, text: string): number {
    if (/^\d{1,4}$/.test(text)) return Number(text);
    throw this.#invalid(row, 'a number as fold');
  }

  finish(count: number): { pairs: VerificationPair[]; folds: number } {
    const pairs = this.#pairs;
    if (pairs.length === 0) {
      throw damaged({ path: this.#path, offset: 0, expected: 'pairs', received: 'none' });
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

  /** Numbered from 0 without gaps, in the order of the list's numbers. */
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

const expected = "'first second same', where same is 1 or 0";
