import { checkArguments, checkOptions } from '@hm/tensor/host';
import { numberClasses } from '../classes.ts';
import type { Dataset, Sample } from '../dataset.ts';
import { damaged } from '../files/damaged.ts';
import { Growable } from '../files/growable.ts';
import { readAt } from '../files/read-at.ts';
import { type CleanList, readCleanList } from './clean-list.ts';
import { nameOfRow, type Row, scanRows } from './scan-rows.ts';

/** Options of {@link msCeleb}. */
export interface MsCelebOptions {
  /**
   * Path of a cleaned list of the images to use: lines `[./]m.xxx/rank.jpg` or `m.xxx/rank-FaceId-n.jpg`, with or
   * without a label.
   */
  list?: string;
}

/** MS-Celeb-1M as a data set. */
export interface MsCeleb extends Dataset {
  /** Freebase identifiers by label. */
  readonly names: readonly string[];
  /** Number of images in the list that the file does not have. */
  readonly missing: number;
  readonly labels: Int32Array;
}

/**
 * Opens MS-Celeb-1M as it was published: one file of tab-separated lines
 * `MID, search rank, image URL, page URL, face id, face rectangle, face data`, the last two in base64, or the six
 * columns of the uncropped images. Reads the file once from start to end and keeps 24 bytes per image. Labels follow
 * the identifiers' order by code unit, or the list.
 *
 * @throws {InvalidDataError} if a line has other columns, or the list names none of the images.
 * @see https://www.msceleb.org/download/aligned
 * @example
 * const data = await msCeleb('FaceImageCroppedWithAlignment.tsv', { list: 'ms1m_clean_list.txt' });
 */
export async function msCeleb(path: string, options: MsCelebOptions = {}): Promise<MsCeleb> {
  checkOptions('msCeleb', options, { list: 'string' });
  checkArguments('msCeleb', { path }, { path: 'string' });
  const list = options.list === undefined ? undefined : await readCleanList(options.list);
  const rows = new RowTable(path, list);
  for await (const row of scanRows(path)) rows.add(row);
  return rows.finish(options.list);
}

/** Largest image in base64; no face takes more. */
const maximumImageBytes = 2 ** 26;

class RowTable {
  readonly #path: string;
  readonly #list: CleanList | undefined;
  readonly #people = new Map<string, number>();
  readonly #person = new Growable((length) => new Int32Array(length));
  readonly #label = new Growable((length) => new Int32Array(length));
  readonly #line = new Growable((length) => new Float64Array(length));
  /** Number of bytes in the line before the image. */
  readonly #start = new Growable((length) => new Uint32Array(length));
  readonly #length = new Growable((length) => new Uint32Array(length));

  constructor(path: string, list: CleanList | undefined) {
    this.#path = path;
    this.#list = list;
  }

  add({ mid, rank, face, line, offset, length }: Row): void {
    const label = this.#list ? this.#list.labelOf(mid, rank, face) : 0;
    if (label === undefined) return;
    if (length > maximumImageBytes) {
      throw damaged({
        path: this.#path,
        offset,
        expected: `at most ${maximumImageBytes} bytes`,
        received: length,
      });
    }
    const person = this.#people.get(mid) ?? this.#people.size;
    this.#people.set(mid, person);
    this.#person.push(person);
    this.#label.push(label);
    this.#line.push(line);
    this.#start.push(offset - line);
    this.#length.push(length);
  }

  finish(listPath: string | undefined): MsCeleb {
    if (this.#line.length === 0) throw this.#nothing(listPath);
    const people = [...this.#people.keys()];
    const { labels, names } = this.#list?.labeled ? this.#listLabels(people) : this.#personLabels(people);
    return {
      names,
      labels,
      missing: this.#list ? Math.max(0, this.#list.size - labels.length) : 0,
      length: labels.length,
      classes: names.length,
      name: (label) => names[label]!,
      sample: (index) => this.#sample(index, labels[index]!),
    };
  }

  #personLabels(people: readonly string[]) {
    const names = people.toSorted((a, b) => (a < b ? -1 : 1));
    const places = new Map(names.map((name, label) => [name, label]));
    const labelOf = Int32Array.from(people, (name) => places.get(name)!);
    return { labels: this.#person.values().map((person) => labelOf[person]!), names };
  }

  #listLabels(people: readonly string[]) {
    const owners = new Map<number, string>();
    const given = this.#label.values();
    for (const [index, label] of given.entries()) {
      if (!owners.has(label)) owners.set(label, people[this.#person.at(index)]!);
    }
    const { labels, classes, name } = numberClasses(given, (label) => owners.get(label));
    return { labels, names: Array.from({ length: classes }, (_, label) => name(label)) };
  }

  #sample(index: number, label: number): Sample {
    const [line, start, length] = [this.#line.at(index), this.#start.at(index), this.#length.at(index)];
    const bytes = Buffer.from(readAt(this.#path, line, start + length).buffer);
    const text = bytes.toString('latin1', start).trimEnd();
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
      const id = nameOfRow(bytes.subarray(0, start));
      return { image: { bytes: Buffer.from(text, 'base64') }, label, id };
    }
    const received = `'${text.slice(0, 40)}'`;
    throw damaged({ path: this.#path, offset: line + start, expected: 'an image in base64', received });
  }

  #nothing(listPath: string | undefined) {
    const received = listPath === undefined ? 'none' : `none that ${listPath} names`;
    return damaged({ path: this.#path, offset: 0, expected: 'lines of images', received });
  }
}
