import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';
import type { Dataset, Sample } from '../dataset.ts';
import { damaged } from '../files/damaged.ts';
import { GroupCache } from './group-cache.ts';
import { openParquet, type ParquetFile, readRows } from './parquet-file.ts';
import { classNames } from './parquet-schema.ts';

/** What {@link parquetImages} takes. */
export interface ParquetImagesOptions {
  /** The column of images: bytes, or a structure with `bytes` as Hugging Face's. Default `image`. */
  image?: string;
  /** The column of classes: numbers, or names. Default `label`, or `identity` if there is none. */
  label?: string;
  /** Memory for row groups that were decompressed, in bytes. Default 256 MiB. */
  cacheBytes?: number;
}

/** Parquet files of images as a data set. */
export interface ParquetImages extends Dataset {
  readonly files: readonly string[];
  readonly labels: Int32Array;
}

/**
 * Opens parquet files of images and classes, as Hugging Face publishes image sets. Rows are compressed in groups, and one
 * image takes its whole group: order is cheap and shuffling is dear beyond the cache; convert to RecordIO for training.
 *
 * @param path A `.parquet` file, or a folder of them, taken in the order of their names.
 * @throws {InvalidDataError} if a file is damaged or lacks the columns.
 * @example
 * const data = await parquetImages('faces.parquet', { label: 'identity' });
 */
export async function parquetImages(
  path: string,
  options: ParquetImagesOptions = {},
): Promise<ParquetImages> {
  const files: ParquetFile[] = [];
  for (const file of await filesAt(path)) files.push(await openParquet(file));
  const image = columnOf(files, [options.image ?? 'image']);
  const column = columnOf(files, options.label === undefined ? ['label', 'identity'] : [options.label]);
  const values: unknown[] = [];
  for (const file of files) for (const value of await labelsIn(file, column)) values.push(value);
  const { labels, names } = numbered(values, files, column);
  const groups = new GroupCache(files, image, options.cacheBytes ?? 2 ** 28);
  return {
    files: files.map((file) => file.path),
    labels,
    length: labels.length,
    classes: Math.max(
      names.length,
      labels.reduce((most, label) => Math.max(most, label + 1), 0),
    ),
    name: (label) => names[label] ?? String(label),
    sample: async (index): Promise<Sample> => {
      const { bytes, id } = await groups.image(index);
      return { image: { bytes }, label: labels[index]!, id };
    },
  };
}

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return [path];
  const names = found ? (await readdir(path)).filter((name) => name.endsWith('.parquet')).sort() : [];
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new InvalidDataError({
    where: path,
    expected: 'a .parquet file or a folder of them',
    received: found ? 'a folder without' : 'no such path',
    fix: 'Check the path.',
    fields: { path, reason: 'no parquet files' },
  });
}

/** The first of the names that every file has as a column. */
function columnOf(files: readonly ParquetFile[], names: readonly string[]): string {
  const columns = files.map(({ metadata }) => new Set(metadata.schema.map(({ name }) => name)));
  const found = names.find((name) => columns.every((column) => column.has(name)));
  if (found !== undefined) return found;
  throw damaged({
    path: files[0]!.path,
    offset: 0,
    expected: `a column ${names.join(' or ')}`,
    received: [...columns[0]!].slice(1, 20).join(', '),
    fix: 'Name the columns with the options image and label.',
  });
}

async function labelsIn(file: ParquetFile, column: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const group of file.groups) {
    for (const row of await readRows(file, [column], group, true)) values.push(row[column]);
  }
  return values;
}

/** Numbers are classes; names are numbered in their order. */
function numbered(values: readonly unknown[], files: readonly ParquetFile[], column: string) {
  const path = files[0]!.path;
  if (values.length === 0) throw damaged({ path, offset: 0, expected: 'rows', received: 'none' });
  if (values.every((value) => typeof value === 'string')) {
    const names = [...new Set(values)].sort();
    const places = new Map(names.map((name, label) => [name, label]));
    return { labels: Int32Array.from(values, (value) => places.get(value)!), names };
  }
  const labels = Int32Array.from(values, (value, row) => {
    const label = Number(value);
    if (
      ['number', 'bigint'].includes(typeof value) &&
      Number.isInteger(label) &&
      label >= 0 &&
      label < 2 ** 31
    ) {
      return label;
    }
    throw damaged({
      path,
      offset: 0,
      expected: `a class from 0 in ${column}, row ${row}`,
      received: String(value),
    });
  });
  return { labels, names: classNames(files[0]!, column) };
}
