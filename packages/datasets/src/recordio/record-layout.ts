import { limits } from '@hm/tensor/host';
import { damaged } from '../files/damaged.ts';
import { type ImageRecord, readImageRecord } from './image-record.ts';
import type { RecordIndex } from './record-index.ts';

/** Positions of a file's image records. */
export interface ImagePlaces {
  readonly length: number;
  key(place: number): number;
  offset(place: number): number;
  labels(descriptor: number, path: string): Int32Array;
}

/** From this key on, float32 labels no longer hold every key. */
const exactKeys = 2 ** 24;

/** Returns the class of an image's record: its label, or the first of several. */
export function labelOf(path: string, offset: number, { labels }: ImageRecord): number {
  const label = labels[0]!;
  if (Number.isInteger(label) && label >= 0 && label <= limits.classes) return label;
  throw damaged({
    path,
    offset,
    expected: `a class from 0 to ${limits.classes} as the label`,
    received: label,
    fix: 'Number the identities from 0, and write the records again.',
  });
}

/** Returns the images of a plain file, in which every record is one. */
export const plainPlaces = (index: RecordIndex): ImagePlaces => ({
  length: index.length,
  key: (place) => index.keyAt(place),
  offset: (place) => index.offsetAt(place),
  labels: (descriptor, path) => readLabels(descriptor, path, index.length, (place) => index.offsetAt(place)),
});

/**
 * Returns the images of an InsightFace file, or undefined if it is not one. Record 0 has no image and two labels, the
 * half-open range of the identities' keys. Images have the keys before that range.
 */
export function insightFacePlaces(
  descriptor: number,
  path: string,
  index: RecordIndex,
): ImagePlaces | undefined {
  const first = index.offsetOf(0);
  if (first === undefined) return undefined;
  const record = readImageRecord(descriptor, path, first);
  if (record.labels.length < 2 || record.length > 0) return undefined;
  const keys = new Keys(descriptor, path, index);
  const [start, end] = keys.identityRange(record, first);
  for (let key = 1; key < start; key++) keys.offset(key);
  return {
    length: start - 1,
    key: (place) => place + 1,
    offset: (place) => keys.offset(place + 1),
    labels: (open) => new Keys(open, path, index).labels(start, end),
  };
}

/** Looks records up by key. */
class Keys {
  readonly #descriptor: number;
  readonly #path: string;
  readonly #index: RecordIndex;

  constructor(descriptor: number, path: string, index: RecordIndex) {
    this.#descriptor = descriptor;
    this.#path = path;
    this.#index = index;
  }

  offset(key: number): number {
    const offset = this.#index.offsetOf(key);
    if (offset !== undefined) return offset;
    throw damaged({
      path: this.#path,
      offset: 0,
      expected: `a record with key ${key}, as record 0 says`,
      received: 'none in the index',
      fix: 'Remove the index: it is then rebuilt from the records.',
    });
  }

  read(key: number): ImageRecord {
    return readImageRecord(this.#descriptor, this.#path, this.offset(key));
  }

  /**
   * Returns the range of the identities' keys. Where float32 labels are rounded, it looks at the records to correct
   * them.
   */
  identityRange({ labels }: ImageRecord, offset: number): [number, number] {
    let [start, end] = [labels[0]!, labels[1]!];
    const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
    if (!whole || start < 2 || end < start || start > this.#index.length) {
      const expected = `the identities' keys, inside ${this.#index.length} records, as labels of record 0`;
      throw damaged({ path: this.#path, offset, expected, received: `${start} to ${end}` });
    }
    if (start >= exactKeys) {
      while (start > 2 && this.#isIdentity(start - 1)) start--;
      while (!this.#isIdentity(start)) start++;
    }
    if (end >= exactKeys) end = this.#index.length;
    return [start, end];
  }

  #isIdentity(key: number): boolean {
    const { labels, length } = this.read(key);
    return labels.length >= 2 && length === 0;
  }

  /**
   * Derives the labels from the identities' ranges of keys and reads one image of each, because reading millions of
   * headers takes minutes.
   */
  labels(start: number, end: number): Int32Array {
    const offset = (place: number) => this.offset(place + 1);
    if (start >= exactKeys) return readLabels(this.#descriptor, this.#path, start - 1, offset);
    const labels = new Int32Array(start - 1).fill(-1);
    for (let key = start; key < end; key++) {
      const [from, to] = this.#imagesOf(key, start);
      if (from < to) labels.fill(this.#labelOf(from), from - 1, to - 1);
    }
    labels.forEach((label, place) => {
      if (label === -1) labels[place] = this.#labelOf(place + 1);
    });
    return labels;
  }

  #labelOf(key: number): number {
    return labelOf(this.#path, this.offset(key), this.read(key));
  }

  #imagesOf(key: number, start: number): [number, number] {
    const { labels } = this.read(key);
    const [from = Number.NaN, to = Number.NaN] = labels;
    if (Number.isInteger(from) && Number.isInteger(to) && from >= 1 && from <= to && to <= start)
      return [from, to];
    const expected = `a range of keys from 1 to ${start} as labels of identity record ${key}`;
    throw damaged({ path: this.#path, offset: this.offset(key), expected, received: `${from} to ${to}` });
  }
}

function readLabels(
  descriptor: number,
  path: string,
  length: number,
  offset: (place: number) => number,
): Int32Array {
  const label = (at: number) => labelOf(path, at, readImageRecord(descriptor, path, at));
  return Int32Array.from({ length }, (_, place) => label(offset(place)));
}
