import { closeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, Sample } from '../dataset.ts';
import { openForReading } from '../files/read-at.ts';
import { readImageRecord } from './image-record.ts';
import { readIndexFile } from './read-index-file.ts';
import { type ImageProperty, readListNames, readProperty } from './record-companions.ts';
import type { RecordIndex } from './record-index.ts';
import { type ImagePlaces, insightFacePlaces, labelOf, plainPlaces } from './record-layout.ts';
import { scanRecords } from './scan-records.ts';

/** What {@link recordIo} takes. */
export interface RecordIoOptions {
  /** The index. Default: the file's name with `.idx`; rebuilt by scanning if there is none. */
  index?: string;
  /** Identities' names by label. Default: the folders in the `.lst` beside the file, or the labels' numbers. */
  names?: readonly string[];
}

/** A RecordIO file as a data set. */
export interface RecordIo extends Dataset {
  /** The `.rec` file. */
  readonly path: string;
  /** `insightface` files say in record 0 which records are images, and hold one record more for each identity. */
  readonly layout: 'plain' | 'insightface';
  /** True if there was no `.idx`. */
  readonly indexRebuilt: boolean;
  /** What the file `property` beside it says. */
  readonly property: ImageProperty | undefined;
  readonly labels: Int32Array;
}

/**
 * Opens a RecordIO file of images: MXNet's `im2rec` form, or InsightFace's `train.rec`. Samples name stretches of the
 * file, so that workers read and decode them; memory holds 8 bytes for each record.
 *
 * @param path The `.rec` file, or a folder with `train.rec`.
 * @throws {InvalidDataError} if a file is damaged; `fields` has its path, the offset and the reason.
 * @see https://github.com/dmlc/dmlc-core/blob/main/include/dmlc/recordio.h
 * @example
 * const data = await recordIo('faces_webface_112x112');
 * console.log(data.layout, data.length, data.classes); // insightface 490623 10572
 */
export async function recordIo(path: string, options: RecordIoOptions = {}): Promise<RecordIo> {
  const file = (await isFolder(path)) ? join(path, 'train.rec') : path;
  const stem = file.replace(/\.rec$/, '');
  const indexPath = options.index ?? `${stem}.idx`;
  const indexRebuilt = options.index === undefined && !(await exists(indexPath));
  const index = indexRebuilt ? await scanRecords(file) : await readIndexFile(indexPath);
  const property = await readProperty(join(file, '..', 'property'));
  const names = options.names ?? (await readListNames(`${stem}.lst`));
  return withOpen(file, (descriptor) => describe(descriptor, file, index, { indexRebuilt, property, names }));
}

interface Found {
  indexRebuilt: boolean;
  property: ImageProperty | undefined;
  names: readonly string[];
}

function describe(descriptor: number, path: string, index: RecordIndex, found: Found): RecordIo {
  const insightFace = insightFacePlaces(descriptor, path, index);
  const places = insightFace ?? plainPlaces(index);
  let labels = found.property ? undefined : places.labels(descriptor, path);
  return {
    path,
    layout: insightFace ? 'insightface' : 'plain',
    indexRebuilt: found.indexRebuilt,
    property: found.property,
    length: places.length,
    classes: found.property?.classes ?? classesOf(labels!),
    name: (label) => found.names[label] ?? String(label),
    get labels() {
      labels ??= withOpen(path, (open) => places.labels(open, path));
      return labels;
    },
    sample: (place) => withOpen(path, (open) => sampleAt(open, path, places, place)),
  };
}

function sampleAt(descriptor: number, path: string, places: ImagePlaces, place: number): Sample {
  const record = readImageRecord(descriptor, path, places.offset(place));
  const { offset, bytes, length } = record;
  return {
    image: offset === undefined ? { bytes: bytes! } : { file: path, offset, length },
    label: labelOf(path, places.offset(place), record),
    id: `record ${places.key(place)}`,
  };
}

const classesOf = (labels: Int32Array) => labels.reduce((most, label) => Math.max(most, label + 1), 0);

function withOpen<T>(path: string, read: (descriptor: number) => T): T {
  const descriptor = openForReading(path);
  try {
    return read(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;
const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
