import { dirname, join } from 'node:path';
import type { Dataset, Sample } from '../dataset.ts';
import { damaged } from '../files/damaged.ts';
import { unsafeName } from '../files/entry-name.ts';
import { Growable } from '../files/growable.ts';
import { insideRoot } from '../files/inside-root.ts';
import { type Columns, headerColumns } from './columns.ts';
import { type ListRow, listRows } from './list-rows.ts';

/** What {@link imageListFile} takes. */
export interface ImageListFileOptions {
  /** The folder that the list's paths start from. Default: the list's own. */
  root?: string;
}

/** A list of image files as a data set. */
export interface ImageListFile extends Dataset {
  readonly root: string;
  readonly labels: Int32Array;
}

/**
 * Opens a list of image files with their classes: im2rec's `.lst` (`key<tab>label<tab>path`), a `.csv` with a header such
 * as `path,label,name` or without one, or lines `path label`. Classes that are all numbers are taken as they are; others are
 * names, numbered in their order.
 *
 * @throws {InvalidDataError} if a row has other fields, or a path that is absolute or leads out of the root.
 * @example
 * const data = await imageListFile('train.csv', { root: 'photos' });
 */
export async function imageListFile(
  path: string,
  options: ImageListFileOptions = {},
): Promise<ImageListFile> {
  const root = options.root ?? dirname(path);
  const table = new PathTable(path, root);
  for await (const row of listRows(path)) table.add(row);
  return table.finish();
}

type Column = 'path' | 'label' | 'name';
const words: Record<Column, readonly string[]> = {
  path: ['path', 'image', 'file', 'filename', 'image_path', 'img'],
  label: ['label', 'class', 'id', 'target'],
  name: ['name', 'identity', 'person'],
};

class PathTable {
  readonly #path: string;
  readonly #root: string;
  readonly #paths: string[] = [];
  /** Places in `#classes`. */
  readonly #class = new Growable((length) => new Int32Array(length));
  readonly #classes = new Map<string, number>();
  /** By place in `#classes`, if the list has both. */
  readonly #names: string[] = [];
  #columns: Columns<Column> | undefined;

  constructor(path: string, root: string) {
    this.#path = path;
    this.#root = root;
  }

  add(row: ListRow): void {
    if (!this.#columns) {
      const header = headerColumns<Column>(this.#path, row, words, ['path']);
      this.#columns = header ?? this.#guess(row);
      if (header && header.label === undefined && header.name === undefined) {
        throw this.#invalid(row, 'a column label or name');
      }
      if (header) return;
    }
    const { path, label, name: naming } = this.#columns;
    const [file, name] = [row.fields[path!], row.fields[(label ?? naming)!]];
    if (!file || !name) throw this.#invalid(row, 'a path and a class');
    const fault = unsafeName(file);
    if (fault) throw this.#invalid(row, `a path inside ${this.#root} (not ${fault})`);
    const place = this.#classes.get(name) ?? this.#classes.size;
    this.#classes.set(name, place);
    if (label !== undefined && naming !== undefined) this.#names[place] ??= row.fields[naming] ?? '';
    this.#class.push(place);
    this.#paths.push(file);
  }

  /** Three fields that start with a number are im2rec's; two are a path and a class. */
  #guess(row: ListRow): Columns<Column> {
    const { fields } = row;
    if (fields.length >= 3 && /^\d+$/.test(fields[0]!)) return { path: fields.length - 1, label: 1 };
    if (fields.length === 2) return { path: 0, label: 1 };
    throw this.#invalid(row, "'path label' or 'key<tab>label<tab>path'");
  }

  finish(): ImageListFile {
    const root = this.#root;
    const paths = this.#paths;
    if (paths.length === 0) {
      throw damaged({
        path: this.#path,
        offset: 0,
        expected: 'rows with a path and a class',
        received: 'none',
      });
    }
    const check = insideRoot(root);
    const { labels, names } = this.#numbered();
    return {
      root,
      labels,
      length: paths.length,
      classes: labels.reduce((most, label) => Math.max(most, label + 1), 0),
      name: (label) => names[label] ?? String(label),
      sample: (index): Sample => {
        const path = join(root, paths[index]!);
        check(path);
        return { image: { path }, label: labels[index]!, id: paths[index]! };
      },
    };
  }

  #numbered() {
    const found = [...this.#classes.keys()];
    // im2rec writes labels as 0.000000.
    const areNumbers = found.every((name) => /^\d{1,9}(\.0+)?$/.test(name));
    const sorted = found.toSorted((a, b) => (a < b ? -1 : 1));
    const places = new Map(sorted.map((name, label) => [name, label]));
    const labelOf = Int32Array.from(found, (name) => (areNumbers ? Number(name) : places.get(name)!));
    const names: string[] = areNumbers ? [] : sorted;
    for (const [place, name] of this.#names.entries()) names[labelOf[place]!] = name;
    return { labels: this.#class.values().map((place) => labelOf[place]!), names };
  }

  #invalid({ line, offset, fields }: ListRow, expected: string) {
    const received = `line ${line}: ${fields.join(', ').slice(0, 200)}`;
    return damaged({ path: this.#path, offset, expected, received, fix: 'Correct the list.' });
  }
}
