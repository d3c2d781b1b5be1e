import { basename, dirname } from 'node:path';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import { type Classes, numberTexts } from '../classes.ts';
import type { Dataset, Sample } from '../dataset.ts';
import { damaged } from '../files/damaged.ts';
import { findFile, pathInList } from '../files/find-file.ts';
import { Growable } from '../files/growable.ts';
import { insideRoot } from '../files/inside-root.ts';
import { splitNamed, splitOf } from '../files/splits.ts';
import { type Columns, headerColumns, noColumn, normalTitle } from './columns.ts';
import { guessColumns, type ImageColumn, isImagePath, splitPathAndLabel } from './guess-columns.ts';
import { imageColumns } from './image-columns.ts';
import { type ListRow, listRows } from './list-rows.ts';

/** Options of {@link imageListFile}. */
export interface ImageListFileOptions {
  /** Folder that the list's paths start from. Default: the list's own. */
  root?: string;
  /** Title of the column of paths, in a list with a header. Default: told by its title. */
  imageColumn?: string;
  /** Title of the column of classes. Default: told by its title; one called `id` where there is no other. */
  labelColumn?: string;
  /**
   * Split to read from a list with a column `split`, such as `train`. Default: all, if they are of one. Without such a
   * column, the list's own name must mention the split.
   */
  split?: string;
}

/** A list of image files as a data set. */
export interface ImageListFile extends Dataset {
  readonly root: string;
  readonly labels: Int32Array;
}

/**
 * Opens a list of image files with their classes: im2rec's `.lst` (`key<tab>label<tab>path`), InsightFace's
 * (`flag<tab>path<tab>label`), a `.csv` with a header such as `path,label,name` or without one, or lines `path label`.
 * Classes are numbered without gaps: by value if all of them are numbers, otherwise by name. Guessed columns are
 * checked in every row.
 *
 * @throws {InvalidDataError} if a row has other fields, a path leads out of the root, or guessed columns give every
 * image a class of its own.
 * @example
 * const data = await imageListFile('train.csv', { root: 'photos' });
 */
export async function imageListFile(
  path: string,
  options: ImageListFileOptions = {},
): Promise<ImageListFile> {
  checkOptions('imageListFile', options, {
    ...{ root: 'string', imageColumn: 'string', labelColumn: 'string', split: 'string' },
  });
  checkArguments('imageListFile', { path }, { path: 'string' });
  const table = new PathTable(path, options);
  for await (const row of listRows(path)) table.add(row);
  return table.finish();
}

/** A guess is rejected if at least this many images all have different classes. */
const FEWEST_GUESSED = 4;

const isNumbered = (field: string | undefined): boolean => /^\d+(\.\d*)?$/.test(field ?? '');

class PathTable {
  readonly #path: string;
  readonly #root: string;
  readonly #options: ImageListFileOptions;
  readonly #paths: string[] = [];
  /** Index in `#classes` of each image's class. */
  readonly #class = new Growable((length) => new Int32Array(length));
  readonly #classes = new Map<string, number>();
  /** Names by index in `#classes`, if the list has labels and names. */
  readonly #names: string[] = [];
  readonly #splits = new Set<string>();
  #columns: Columns<ImageColumn> | undefined;
  /** Number of fields in each row. */
  #width = 0;
  /** True if the first class is a number; a class with spaces is then an error. */
  #isNumbered = false;
  /** True if no header says what the columns are. */
  #isGuess = false;

  constructor(path: string, options: ImageListFileOptions) {
    this.#path = path;
    this.#root = options.root ?? dirname(path);
    this.#options = options;
  }

  add(row: ListRow): void {
    if (!this.#columns) {
      const header = this.#header(row);
      this.#columns = header ?? this.#guess(row);
      this.#checkSplit(row);
      this.#width = header ? row.fields.length : this.#fieldsOf(row).length;
      if (header) return;
      this.#isNumbered = isNumbered(this.#fieldsOf(row)[this.#columns.label!]);
    }
    const fields = this.#fieldsOf(row);
    const { path, label, name: naming, split } = this.#columns;
    const [text, name] = [fields[path!], fields[(label ?? naming)!]];
    if (!text || !name || fields.length > this.#width || (this.#isGuess && fields.length < this.#width)) {
      throw this.#invalid(row, `${this.#width} fields, with a path and a class`);
    }
    if (split !== undefined && !this.#isWanted(fields[split] ?? '')) return;
    this.#addImage(row, text, name, naming === undefined ? undefined : fields[naming]);
  }

  #addImage(row: ListRow, text: string, name: string, naming: string | undefined): void {
    const found = pathInList(this.#root, text);
    if ('fault' in found) throw this.#invalid(row, `a path inside ${this.#root} (not ${found.fault})`);
    if (this.#isGuess && !isImagePath(text)) throw this.#invalid(row, 'the path of an image');
    if (this.#isGuess && isNumbered(name) !== this.#isNumbered && name.includes(' ')) {
      throw this.#invalid(row, `${this.#width} fields, with a path and a class`);
    }
    if (/^-\d/.test(name)) throw this.#invalid(row, 'a class from 0, as a negative one stands for none');
    const place = this.#classes.get(name) ?? this.#classes.size;
    this.#classes.set(name, place);
    if (naming !== undefined) this.#names[place] ??= naming;
    this.#class.push(place);
    this.#paths.push(found.path);
  }

  /** Refuses a wanted split that neither a column nor the list's own name tells, because all rows would be read. */
  #checkSplit(row: ListRow): void {
    const { split } = this.#options;
    if (split === undefined || this.#columns?.split !== undefined) return;
    if (splitOf(basename(this.#path)) === splitNamed(split)) return;
    throw damaged({
      path: this.#path,
      offset: 0,
      expected: `a column split, to find the split ${split}`,
      received: row.fields.join(', ').slice(0, 200),
      fix: 'Leave out `split`, or name its column in the first line.',
      fields: { option: 'split' },
    });
  }

  #isWanted(split: string): boolean {
    const { split: wanted } = this.#options;
    if (wanted !== undefined) return splitNamed(split) === splitNamed(wanted);
    this.#splits.add(split);
    if (this.#splits.size === 1) return true;
    throw damaged({
      path: this.#path,
      offset: 0,
      expected: 'images of one split',
      received: [...this.#splits].join(' and '),
      fix: `Pass one as \`split\`, such as ${[...this.#splits][0]}.`,
      fields: { option: 'split' },
    });
  }

  /** Returns a row's fields; a path with spaces is one field. */
  #fieldsOf({ fields, spaced }: ListRow): readonly string[] {
    const isPair = this.#columns?.path === 0 && this.#width <= 2;
    return (isPair && spaced !== undefined ? splitPathAndLabel(spaced) : undefined) ?? fields;
  }

  #header(row: ListRow): Columns<ImageColumn> | undefined {
    const { imageColumn, labelColumn } = this.#options;
    if (imageColumn !== undefined || labelColumn !== undefined) return this.#namedColumns(row);
    if (row.fields.some(isImagePath)) return undefined;
    const { id, ...found } = headerColumns<ImageColumn | 'id'>(this.#path, row, imageColumns, ['path']) ?? {};
    if (found.path === undefined) return undefined;
    if (found.label !== undefined || found.name !== undefined) return found;
    if (id === undefined) throw noColumn(this.#path, [...imageColumns.label.slice(0, 3), 'name'], row.fields);
    this.#isGuess = true;
    return { ...found, label: id };
  }

  #namedColumns(row: ListRow): Columns<ImageColumn> {
    const titles = row.fields.map(normalTitle);
    const place = (given: string | undefined, candidates: readonly string[]) => {
      const wanted = given === undefined ? candidates : [normalTitle(given)];
      const title = wanted.find((word) => titles.includes(word));
      if (title === undefined) throw noColumn(this.#path, wanted, row.fields);
      return titles.indexOf(title);
    };
    const { imageColumn, labelColumn } = this.#options;
    const { split, name } = headerColumns<ImageColumn | 'id'>(this.#path, row, imageColumns, []) ?? {};
    return {
      path: place(imageColumn, imageColumns.path),
      label: place(labelColumn, [...imageColumns.label, ...imageColumns.name]),
      ...(split !== undefined && { split }),
      // A class that is asked for has its own names: those of another column may be those of other classes.
      ...(labelColumn === undefined && name !== undefined && { name }),
    };
  }

  #guess(row: ListRow): Columns<ImageColumn> {
    this.#isGuess = true;
    const pair = row.spaced === undefined ? undefined : splitPathAndLabel(row.spaced);
    const columns = guessColumns(row.fields) ?? (pair && { path: 0, label: 1 });
    if (columns) return columns;
    throw this.#invalid(row, "'path label', 'key<tab>label<tab>path', or a first line such as 'path,label'");
  }

  finish(): ImageListFile {
    const root = this.#root;
    const paths = this.#paths;
    if (paths.length === 0) throw this.#fault('rows with a path and a class', 'none');
    if (this.#isGuess && this.#classes.size === paths.length && paths.length >= FEWEST_GUESSED) {
      const column = (this.#columns?.label ?? 0) + 1;
      throw this.#fault(
        'images that share a class',
        `as many classes as images, by column ${column}`,
        'Begin the list with a line that says what its columns are, such as path,label.',
      );
    }
    const { labels, classes, name } = this.#numbered();
    const check = insideRoot(root);
    return {
      root,
      labels,
      length: paths.length,
      classes,
      name,
      sample: (index): Sample => {
        const path = findFile(root, paths[index]!);
        check(path);
        return { image: { path }, label: labels[index]!, id: paths[index]! };
      },
    };
  }

  #numbered(): Classes {
    const { labels: labelOf, classes, name } = numberTexts([...this.#classes.keys()]);
    const names: string[] = [];
    for (const [place, given] of this.#names.entries()) if (given) names[labelOf[place]!] ??= given;
    return {
      labels: this.#class.values().map((place) => labelOf[place]!),
      classes,
      name: (label) => names[label] ?? name(label),
    };
  }

  #invalid({ line, offset, fields }: ListRow, expected: string) {
    const received = `line ${line}: ${fields.join(', ').slice(0, 200)}`;
    return damaged({ path: this.#path, offset, expected, received, fix: 'Correct the list.' });
  }

  #fault(expected: string, received: string, fix = 'Correct the list.') {
    return damaged({ path: this.#path, offset: 0, expected, received, fix });
  }
}
