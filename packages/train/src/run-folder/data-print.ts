import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, ImageSource, Sample } from '@hm/datasets';
import { readTextIfThere, writeFileSafely } from '@hm/tensor/files';
import { InvalidDataError } from '@hm/tensor/host';

/**
 * Fingerprint of a data set, with 32-bit hashes for each image that was checked: `facts` of name, label and size;
 * `times` of the file's time; `bytes` of the content, for fewer images. 0 where there is nothing to hash.
 */
interface DataPrint {
  images: number;
  facts: number[];
  times: number[];
  bytes: number[];
}

/** Largest number of images that are checked, evenly spread. */
const LOOKED_AT = 20_000;
/** The same for images in memory, which may have to be rendered. */
const RENDERED = 64;
/** Largest number of images whose content is read. */
const READ = 256;

/** Data set of a run, which also names the file of its fingerprint. */
export type Printed = 'data' | 'unlabeled';

const printPath = (run: string, name: Printed): string => join(run, `${name}.json`);

/** Takes the fingerprint of a data set. This is cheap next to an epoch: for most files only size and time are read. */
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

/** Writes a fingerprint into the run's folder. */
export const writeDataPrint = (run: string, name: Printed, print: DataPrint): Promise<void> =>
  writeFileSafely(printPath(run, name), `${JSON.stringify(print)}\n`);

/**
 * Returns the names of the checked images that differ from those that the run was trained on. Empty if the run has no
 * fingerprint of them.
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
  // In a copy of the whole set every time differs. Then times do not count.
  const timed = now.times.filter((time) => time !== 0).length;
  const touched = differ('times');
  const copied = touched.length === timed;
  const changed = new Set([...differ('facts'), ...differ('bytes'), ...(copied ? [] : touched)]);
  const names = [...changed].sort((a, b) => a - b).map(async (place) => (await data.sample(place)).id);
  return Promise.all(names);
}

/** Error for images that have changed since the run began. */
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
    // Unreadable, so treated as missing: it only guards against mistakes and is no reason to stop.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** At most `most` integers below `length`, evenly spread. */
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
    // Training will report an unreadable image, or skip it.
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

/** First megabyte of an image's content. Empty for a rendered image, which its name identifies. */
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
