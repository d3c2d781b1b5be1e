import { closeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SkippedEntry } from '@hm/images';
import { checkArguments, checkOptions, InvalidDataError } from '@hm/tensor/host';
import { type Classes, numberClasses } from '../classes.ts';
import type { Dataset, Sample } from '../dataset.ts';
import { filesAt } from '../files/files-at.ts';
import { openForReading } from '../files/read-at.ts';
import { readImageRecord } from './image-record.ts';
import { readIndexFile } from './read-index-file.ts';
import { type ImageProperty, readListNames, readProperty } from './record-companions.ts';
import type { RecordIndex } from './record-index.ts';
import { type ImagePlaces, insightFacePlaces, labelOf, plainPlaces } from './record-layout.ts';
import { scanRecords } from './scan-records.ts';

/** Options of {@link recordIo}. */
export interface RecordIoOptions {
  /** Path of the index. Default: the file's name with `.idx`; rebuilt by scanning if there is none. */
  index?: string;
  /** Identities' names by label. Default: the folders in the `.lst` beside the file, or the labels' numbers. */
  names?: readonly string[];
  /** Split to open in a folder, if its file names mention splits such as `train`. */
  split?: string;
}

/** A RecordIO file as a data set. */
export interface RecordIo extends Dataset {
  /** The `.rec` file. */
  readonly path: string;
  /** `insightface` files state in record 0 which records are images, and hold one more record for each identity. */
  readonly layout: 'plain' | 'insightface';
  /** True if there was no `.idx` and the index was rebuilt. */
  readonly indexRebuilt: boolean;
  /** Contents of the file `property` beside it. */
  readonly property: ImageProperty | undefined;
  readonly labels: Int32Array;
}

/**
 * Opens a RecordIO file of images: MXNet's `im2rec` form, or InsightFace's `train.rec`. Samples refer to byte ranges of
 * the file, so that workers read and decode them. Keeps 8 bytes per record in memory.
 *
 * @param path The `.rec` file, or a folder with `train.rec`.
 * @throws {InvalidDataError} if a file is damaged; `fields` has its path, the offset and the reason.
 * @see https://github.com/dmlc/dmlc-core/blob/main/include/dmlc/recordio.h
 * @example
 * const data = await recordIo('faces_webface_112x112');
 * console.log(data.layout, data.length, data.classes); // insightface 490623 10572
 */
export async function recordIo(path: string, options: RecordIoOptions = {}): Promise<RecordIo> {
  checkOptions('recordIo', options, { index: 'string', names: 'array', split: 'string' });
  checkArguments('recordIo', { path }, { path: 'string' });
  const file = await recordsAt(path, options.split);
  const stem = file.replace(/\.rec$/i, '');
  const indexPath = options.index ?? `${stem}.idx`;
  const indexRebuilt = options.index === undefined && !(await exists(indexPath));
  const index = indexRebuilt ? await scanRecords(file) : await readIndexFile(indexPath);
  const problems: string[] = [];
  const property = await readProperty(join(file, '..', 'property'), problems);
  const skipped: SkippedEntry[] = [];
  const names = options.names
    ? new Map(options.names.entries())
    : await readListNames(`${stem}.lst`, skipped);
  const found = { indexRebuilt, property, names, problems, skipped };
  return withOpen(file, (descriptor) => describe(descriptor, file, index, found));
}

/** Returns the file at a path, or the only one in a folder. */
async function recordsAt(path: string, split: string | undefined): Promise<string> {
  const [file, ...others] = await filesAt(path, '.rec', split);
  if (others.length === 0) return file!;
  throw new InvalidDataError({
    where: path,
    expected: 'one .rec file',
    received: [file, ...others].join(', ').slice(0, 300),
    fix: `Pass one of them, such as ${file}.`,
    fields: { path, offset: 0, reason: 'several .rec files' },
  });
}

interface Found {
  indexRebuilt: boolean;
  property: ImageProperty | undefined;
  names: ReadonlyMap<number, string>;
  problems: string[];
  skipped: SkippedEntry[];
}

function describe(descriptor: number, path: string, index: RecordIndex, found: Found): RecordIo {
  const insightFace = insightFacePlaces(descriptor, path, index);
  const places = insightFace ?? plainPlaces(index);
  const { labels, classes, name, sampleLabel } = classesOf(places.labels(descriptor, path), path, found);
  return {
    path,
    layout: insightFace ? 'insightface' : 'plain',
    indexRebuilt: found.indexRebuilt,
    property: found.property,
    length: places.length,
    ...{ labels, classes, name },
    ...(found.problems.length > 0 && { problems: found.problems }),
    ...(found.skipped.length > 0 && { skipped: found.skipped }),
    sample: (place) => withOpen(path, (open) => sampleLabel(sampleAt(open, path, places, place))),
  };
}

/**
 * Numbers the classes by the labels that occur, or as `property` says if they fit into it. Names come from the list, if
 * it has all of them.
 */
function classesOf(given: Int32Array, path: string, { property, names, problems }: Found) {
  const found = new Set(given);
  const isNamed = [...found].every((label) => names.has(label));
  const nameOf = (label: number) => (isNamed ? names.get(label) : undefined);
  const most = given.reduce((largest, label) => Math.max(largest, label), 0);
  const isStated = property && most < property.classes && property.classes <= 2 * found.size;
  if (property && !isStated) {
    const said = `${join(path, '..', 'property')} says ${property.classes} classes`;
    problems.push(`${said}, and the records have ${found.size}, numbered up to ${most}`);
  }
  const numbered: Classes = isStated
    ? { labels: given, classes: property.classes, name: (label) => nameOf(label) ?? String(label) }
    : numberClasses(given, nameOf);
  return { ...numbered, sampleLabel: relabel(given, numbered.labels) };
}

/** Replaces the record's label in a sample by its class. */
function relabel(given: Int32Array, labels: Int32Array): (sample: Sample) => Sample {
  if (given === labels) return (sample) => sample;
  const places = new Map<number, number>();
  for (const [index, label] of given.entries()) places.set(label, labels[index]!);
  return (sample) => ({ ...sample, label: places.get(sample.label) ?? sample.label });
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

function withOpen<T>(path: string, read: (descriptor: number) => T): T {
  const descriptor = openForReading(path);
  try {
    return read(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;
