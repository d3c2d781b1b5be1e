import { basename } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';
import { damaged } from '../files/damaged.ts';
import { type ParquetFile, type ParquetGroup, readRows } from './parquet-file.ts';

/** An image of a row. */
export interface StoredImage {
  bytes: Uint8Array;
  id: string;
}

interface Group extends ParquetGroup {
  file: ParquetFile;
  /** The group's first row, counted in the data set. */
  first: number;
}

/** A row's image, or the error why it has none: a bad row must not spoil its group. */
type StoredRow = StoredImage | InvalidDataError;

/** Caches the row groups that were used last, up to a number of bytes. */
export class GroupCache {
  readonly #groups: Group[] = [];
  readonly #column: string;
  readonly #limit: number;
  readonly #kept = new Map<Group, { images: Promise<StoredRow[]>; bytes: number }>();

  constructor(files: readonly ParquetFile[], column: string, limit: number) {
    this.#column = column;
    this.#limit = limit;
    let first = 0;
    for (const file of files) {
      for (const group of file.groups) this.#groups.push({ ...group, file, first: first + group.start });
      first += file.rows;
    }
  }

  async image(row: number): Promise<StoredImage> {
    const group = this.#groupOf(row);
    const image = (await this.#imagesOf(group))[row - group.first]!;
    if (image instanceof InvalidDataError) throw image;
    return image;
  }

  #groupOf(row: number): Group {
    let [low, high] = [0, this.#groups.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#groups[middle]!.first <= row) low = middle;
      else high = middle - 1;
    }
    return this.#groups[low]!;
  }

  #imagesOf(group: Group): Promise<StoredRow[]> {
    const kept = this.#kept.get(group) ?? { images: this.#read(group), bytes: 0 };
    // The map is in the order of last use.
    this.#kept.delete(group);
    this.#kept.set(group, kept);
    return kept.images;
  }

  async #read(group: Group): Promise<StoredRow[]> {
    const rows = await readRows(group.file, [this.#column], group, false).catch((error) => {
      // Forgotten, so that it is tried again: the disk or the network may be back.
      this.#kept.delete(group);
      throw error;
    });
    const images = rows.map((row, place) => this.#imageOf(row[this.#column], group, group.start + place));
    const kept = this.#kept.get(group);
    if (kept)
      kept.bytes = images.reduce((sum, image) => sum + ('bytes' in image ? image.bytes.length : 0), 0);
    this.#forget();
    return images;
  }

  #forget(): void {
    let total = 0;
    for (const { bytes } of this.#kept.values()) total += bytes;
    for (const [group, { bytes }] of this.#kept) {
      if (total <= this.#limit || this.#kept.size === 1) return;
      this.#kept.delete(group);
      total -= bytes;
    }
  }

  #imageOf(value: unknown, { file, offset }: Group, row: number): StoredRow {
    const { bytes, path } = value instanceof Uint8Array ? { bytes: value } : Object(value ?? {});
    if (bytes instanceof Uint8Array) {
      const name = typeof path === 'string' ? path : `row ${row}`;
      return { bytes, id: `${basename(file.path)}/${name}` };
    }
    const expected = `bytes, or a structure with bytes, in row ${row}`;
    const received = value === null || value === undefined ? 'nothing' : describe(value);
    const id = `${basename(file.path)}/row ${row}`;
    const fix = 'Write the file without that row.';
    return damaged({ path: file.path, offset, expected, received, fix, fields: { id } });
  }
}

const describe = (value: unknown): string =>
  typeof value === 'object' ? `a structure of ${Object.keys(value!).join(', ')}` : typeof value;
