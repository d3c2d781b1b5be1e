import { checkArguments, checkOptions, limits } from '@hm/tensor/host';
import { type Classes, numberClasses, numberTexts } from '../classes.ts';
import type { Dataset, Sample } from '../dataset.ts';
import { damaged } from '../files/damaged.ts';
import { filesAt } from '../files/files-at.ts';
import { noColumn } from '../lists/columns.ts';
import { GroupCache } from './group-cache.ts';
import { openParquet, type ParquetFile, readRows } from './parquet-file.ts';
import { classNames } from './parquet-schema.ts';

/** Options of {@link parquetImages}. */
export interface ParquetImagesOptions {
  /** Column of images: bytes, or a structure with `bytes` like Hugging Face's. Default `image`, `img` or the like. */
  imageColumn?: string;
  /** Column of classes: numbers, or names. Default `label`, or `identity` or the like if there is none. */
  labelColumn?: string;
  /**
   * Split to read from a folder, if its file names mention splits such as `train`. Default: all, if they are of one.
   */
  split?: string;
  /** Memory for decompressed row groups, in bytes. Default 256 MiB. */
  cacheBytes?: number;
}

/** Parquet files of images as a data set. */
export interface ParquetImages extends Dataset {
  readonly files: readonly string[];
  readonly labels: Int32Array;
}

/**
 * Opens parquet files of images and classes, as Hugging Face publishes image sets. Rows are compressed in groups, and
 * reading one image decompresses its whole group. Reading in order is cheap. Shuffling is expensive beyond the cache,
 * so convert to RecordIO for training.
 *
 * @param path A `.parquet` file, or a folder of them, taken in the order of their names.
 * @throws {InvalidDataError} if a file is damaged or lacks the columns.
 * @example
 * const data = await parquetImages('faces.parquet', { labelColumn: 'identity' });
 */
export async function parquetImages(
  path: string,
  options: ParquetImagesOptions = {},
): Promise<ParquetImages> {
  checkOptions('parquetImages', options, {
    ...{ imageColumn: 'string', labelColumn: 'string', split: 'string', cacheBytes: 'number' },
  });
  checkArguments('parquetImages', { path }, { path: 'string' });
  const files: ParquetFile[] = [];
  for (const file of await filesAt(path, '.parquet', options.split)) files.push(await openParquet(file));
  const image = columnOf(files, options.imageColumn === undefined ? imageColumns : [options.imageColumn]);
  const column = columnOf(files, options.labelColumn === undefined ? labelColumns : [options.labelColumn]);
  const values: unknown[] = [];
  for (const file of files) for (const value of await labelsIn(file, column)) values.push(value);
  const { labels, classes, name } = numbered(values, files, column);
  const groups = new GroupCache(files, image, options.cacheBytes ?? 2 ** 28);
  return {
    files: files.map((file) => file.path),
    labels,
    length: labels.length,
    classes,
    name,
    sample: async (index): Promise<Sample> => {
      const { bytes, id } = await groups.image(index);
      return { image: { bytes }, label: labels[index]!, id };
    },
  };
}

const imageColumns = [
  'image',
  'img',
  'images',
  'picture',
  'photo',
  'face',
  'jpg',
  'jpeg',
  'png',
  'image_bytes',
  'bytes',
];
const labelColumns = [
  'label',
  'identity',
  'class',
  'target',
  'labels',
  'class_id',
  'person_id',
  'person',
  'name',
];

/** Returns the first of the names that every file has as a column, whatever the case of its title. */
function columnOf(files: readonly ParquetFile[], names: readonly string[]): string {
  const columns = files.map(({ metadata }) => topColumns(metadata.schema));
  for (const name of names) {
    const found =
      columns[0]!.find((title) => title === name) ??
      columns[0]!.find((title) => title.toLowerCase() === name);
    if (found !== undefined && columns.every((titles) => titles.includes(found))) return found;
  }
  throw noColumn(files[0]!.path, names, columns[0]!);
}

/** Returns the names of the top-level columns. */
function topColumns([root, ...elements]: ParquetFile['metadata']['schema']): string[] {
  const names: string[] = [];
  const skipOver = (place: number): number => {
    let next = place + 1;
    for (let child = 0; child < (elements[place]?.num_children ?? 0); child++) next = skipOver(next);
    return next;
  };
  for (
    let place = 0;
    place < elements.length && names.length < (root?.num_children ?? 0);
    place = skipOver(place)
  ) {
    names.push(elements[place]!.name);
  }
  return names;
}

async function labelsIn(file: ParquetFile, column: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const group of file.groups) {
    for (const row of await readRows(file, [column], group, true)) values.push(row[column]);
  }
  return values;
}

/** Numbers the classes. Numbers are classes as they are; names are numbered in their order. */
function numbered(values: readonly unknown[], files: readonly ParquetFile[], column: string): Classes {
  const path = files[0]!.path;
  if (values.length === 0) throw damaged({ path, offset: 0, expected: 'rows', received: 'none' });
  if (values.every((value) => typeof value === 'string')) return numberTexts(values);
  const labels = values.map((value, row) => {
    const label = Number(value);
    const isNumber = typeof value === 'number' || typeof value === 'bigint';
    if (isNumber && Number.isInteger(label) && label >= 0 && label <= limits.classes) return label;
    throw noClass(path, column, row, value);
  });
  const names = classNames(files[0]!, column);
  return numberClasses(labels, (label) => names[label]);
}

/**
 * The error for a row without a valid class. -1 marks rows without one, such as those of a test set whose labels are
 * withheld.
 */
function noClass(path: string, column: string, row: number, value: unknown) {
  const isNone = value === null || value === undefined || Number(value) === -1;
  return damaged({
    path,
    offset: 0,
    expected: `a class from 0 to ${limits.classes} in the column ${column}, row ${row}`,
    received: isNone ? `${value ?? 'nothing'}, which stands for no class` : String(value),
    fix: isNone
      ? 'Write the file without such rows, or choose another column.'
      : 'Choose another column of classes.',
  });
}
