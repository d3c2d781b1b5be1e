import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, ImageSource, Sample } from '@hm/datasets';
import { readTextIfThere, writeFileSafely } from '@hm/tensor/files';
import { InvalidDataError } from '@hm/tensor/host';

/**
 * What a data set looked like: 32 bits for each of the images that were looked at. Names, labels and sizes; the times of
 * the files; and, of fewer, the bytes. 0 where there is nothing to say.
 */
interface DataPrint {
  images: number;
  facts: number[];
  times: number[];
  bytes: number[];
}

/** Most images that are looked at, evenly spread; of those in memory, which may have to be rendered; most that are read. */
const LOOKED_AT = 20_000;
const RENDERED = 64;
const READ = 256;

/** Which of a run's data sets: the file is named so. */
export type Printed = 'data' | 'unlabeled';

const printPath = (run: string, name: Printed): string => join(run, `${name}.json`);

/** Looks at a data set: cheap beside an epoch, as most files are only asked for their size and time. */
export async function dataPrint(data: Dataset): Promise<DataPrint> {
  const first = await data.sample(0);
  const most = inFile(first.image) === undefined ? RENDERED : LOOKED_AT;
  const places = spread(data.length, most);
  const read = new Set(spread(places.length, READ).map((index) => places[index]));
  const print: DataPrint = { images: data.length, facts: [], times: [], bytes: [] };
  for (const place of places) {
    const entry = await lookAt(data, place, read.has(place));
    for (const name of ['facts', 'times', 'bytes'] as const) print[name].push(entry[name]);
  }
  return print;
}

/** Keeps it with the run. */
export const writeDataPrint = (run: string, name: Printed, print: DataPrint): Promise<void> =>
  writeFileSafely(printPath(run, name), `${JSON.stringify(print)}\n`);

/**
 * The names of images that differ from those that the run was trained on, so far as was looked at; empty for a run that
 * has no record of them.
 */
export async function changedImages(
  run: string,
  name: Printed,
  data: Dataset,
  now: DataPrint,
): Promise<string[]> {
  const before = await readPrint(run, name);
  if (before === undefined) return [];
  const places = spread(data.length, now.facts.length);
  const differ = (name: 'facts' | 'times' | 'bytes') =>
    places.flatMap((place, index) => (now[name][index] === before[name][index] ? [] : [place]));
  // A copy of the whole set has new times: then the bytes decide.
  const timed = now.times.filter((time) => time !== 0).length;
  const touched = differ('times');
  const copied = touched.length === timed;
  const changed = new Set([...differ('facts'), ...differ('bytes'), ...(copied ? [] : touched)]);
  const names = [...changed].sort((a, b) => a - b).map(async (place) => (await data.sample(place)).id);
  return Promise.all(names);
}

/** The error for other images than the run began with. */
export const imagesChanged = (run: string, changed: readonly string[], looked: number) =>
  new InvalidDataError({
    where: `train, resuming ${run}`,
    expected: 'the images that the run was trained on',
    received: `${changed.length} of ${looked} looked at that differ, such as ${changed.slice(0, 3).join(', ')}`,
    fix: 'Restore them, or go on with these by allowChangedData (hm train --set allowChangedData=true).',
    fields: { changed },
  });

async function readPrint(run: string, name: Printed): Promise<DataPrint | undefined> {
  try {
    const print = JSON.parse((await readTextIfThere(printPath(run, name))) ?? 'null') as DataPrint | null;
    return ['facts', 'times', 'bytes'].every((name) => Array.isArray(print?.[name as keyof DataPrint]))
      ? print!
      : undefined;
  } catch (error) {
    // None: of an earlier version, or lost. It guards against a mistake, and is no reason to stop.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** At most so many whole numbers below `length`, evenly spread. */
const spread = (length: number, most: number): number[] =>
  length <= most
    ? Array.from({ length }, (_, index) => index)
    : Array.from({ length: most }, (_, index) => Math.floor((index * length) / most));

async function lookAt(data: Dataset, place: number, reads: boolean) {
  try {
    const sample = await data.sample(place);
    const { size, time, offset } = await extent(sample.image);
    return {
      facts: short(JSON.stringify([sample.id, sample.label, size, offset])),
      times: time === undefined ? 0 : short(String(time)),
      bytes: reads ? short(await bytesOf(sample)) : 0,
    };
  } catch {
    // One that cannot be read: training says so, or skips it.
    return { facts: 1, times: 0, bytes: 0 };
  }
}

const inFile = (image: ImageSource): string | undefined =>
  'path' in image ? image.path : 'file' in image ? image.file : undefined;

async function extent(image: ImageSource): Promise<{ size: number; time?: number; offset?: number }> {
  if ('pixels' in image) return { size: image.height * image.width };
  if ('bytes' in image) return { size: image.bytes.length };
  const { size, mtimeMs, isFile } = await statOf(inFile(image)!);
  if (!isFile) return { size: 0 };
  return 'file' in image
    ? { size: image.length, offset: image.offset, time: mtimeMs }
    : { size, time: mtimeMs };
}

async function statOf(path: string) {
  const there = await stat(path);
  return { size: there.size, mtimeMs: there.mtimeMs, isFile: there.isFile() };
}

/** The first megabyte of an image; nothing of a rendered one, which its name stands for. */
async function bytesOf({ image }: Sample): Promise<Uint8Array | string> {
  if ('pixels' in image) return image.recipe ? '' : image.pixels;
  if ('bytes' in image) return image.bytes;
  const path = inFile(image)!;
  if (!(await statOf(path)).isFile) return '';
  const [offset, length] = 'file' in image ? [image.offset, image.length] : [0, 2 ** 20];
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(length, 2 ** 20));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const short = (content: string | Uint8Array): number =>
  createHash('sha1').update(content).digest().readUInt32LE(0);
