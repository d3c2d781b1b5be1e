import { appendFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readTextIfThere, writeFileSafely } from '@hm/tensor/files';
import { unwritable } from './align-photograph.ts';
import type { AlignmentRecord } from './alignment-record.ts';
import type { Shard } from './shard.ts';

/** Name of the manifest in the output folder, with one {@link AlignmentRecord} per line. */
export const MANIFEST = 'alignment.jsonl';
/** Name of the list of images without a face in the output folder. */
const NO_FACE = 'no-face.txt';

/** File of a finished shard's records, until the other shards are finished too. */
const finishedName = ({ index, count }: Shard): string => `alignment-${index + 1}-of-${count}.jsonl`;

/** File to which a shard appends a line for each image. A process without shards appends to the manifest itself. */
const workingName = (shard: Shard): string =>
  shard.count === 1 ? MANIFEST : `alignment-${shard.index + 1}-of-${shard.count}.part.jsonl`;

/** Names of all files of records, of whatever shards. */
const RECORDS = /^alignment(-\d+-of-\d+(\.part)?)?\.jsonl$/;

/** Returns the path of the file that only this process appends to. */
export const workingPath = (output: string, shard: Shard): string => join(output, workingName(shard));

/**
 * Reads the existing records by path. This shard's own lines come last, and the last line about an image wins.
 * Returns undefined if no run has started there.
 */
export async function readManifest(
  output: string,
  shard: Shard,
): Promise<Map<string, AlignmentRecord> | undefined> {
  const records = new Map<string, AlignmentRecord>();
  let begun = false;
  for (const name of new Set([MANIFEST, finishedName(shard), workingName(shard)])) {
    const lines = await readRecords(join(output, name));
    begun ||= lines !== undefined;
    for (const record of lines ?? []) records.set(record.path, record);
  }
  return begun ? records : undefined;
}

/** Creates the manifest with the outputs that already exist. */
export async function startManifest(
  output: string,
  shard: Shard,
  records: readonly AlignmentRecord[],
): Promise<Map<string, AlignmentRecord>> {
  await replace(workingPath(output, shard), lines(records.map((record) => JSON.stringify(record))));
  return new Map(records.map((record) => [record.path, record]));
}

/**
 * Marks the existing records as outdated before their images are aligned again, so that they do not count as done if
 * that is interrupted. They are not removed, because they name files that a new format would leave behind.
 *
 * @param everywhere True to mark those of other shards too.
 */
export async function outdateRecords(
  output: string,
  shard: Shard,
  known: ReadonlyMap<string, AlignmentRecord> | undefined,
  everywhere: boolean,
): Promise<void> {
  const outdated = (records: Iterable<AlignmentRecord>) =>
    lines(Array.from(records, (record) => JSON.stringify({ ...record, outdated: true })));
  for (const name of (await readdir(output)).filter((file) => RECORDS.test(file))) {
    if (everywhere || name === finishedName(shard))
      await replace(join(output, name), outdated((await readRecords(join(output, name))) ?? []));
  }
  await replace(workingPath(output, shard), outdated(known?.values() ?? []));
}

/** Reads the records of a file, ignoring a truncated line. Returns undefined if there is no such file. */
async function readRecords(path: string): Promise<AlignmentRecord[] | undefined> {
  const text = await readTextIfThere(path);
  return text?.split('\n').flatMap((line) => parse(line) ?? []);
}

/** Appends one line, so that a run that is killed leaves a record of what it did. */
export const appendRecord = (output: string, shard: Shard, record: AlignmentRecord): Promise<void> =>
  guard(workingPath(output, shard), (path) => appendFile(path, `${JSON.stringify(record)}\n`));

/**
 * Replaces the lines that this run and earlier ones appended by one line per image, in order, and writes the list of
 * images without a face. With several shards, the last to finish does this for all.
 *
 * @returns True if the manifest is complete.
 */
export async function finishManifest(
  output: string,
  shard: Shard,
  records: readonly AlignmentRecord[],
): Promise<boolean> {
  if (shard.count === 1) {
    await replaceManifest(output, records);
    return true;
  }
  await replace(join(output, finishedName(shard)), lines(records.map((record) => JSON.stringify(record))));
  await rm(workingPath(output, shard), { force: true });
  return merge(output, shard.count);
}

/**
 * Merges the records of all shards, if all are finished. If two finish at the same moment both do it, with the same
 * result.
 */
async function merge(output: string, count: number): Promise<boolean> {
  const paths = Array.from({ length: count }, (_, index) => join(output, finishedName({ index, count })));
  const parts: AlignmentRecord[] = [];
  for (const path of paths) {
    const records = await readRecords(path);
    if (!records || records.some(({ outdated }) => outdated)) return false;
    parts.push(...records);
  }
  await replaceManifest(
    output,
    parts.sort((a, b) => (a.path < b.path ? -1 : 1)),
  );
  await Promise.all(paths.map((path) => rm(path, { force: true })));
  return true;
}

async function replaceManifest(output: string, records: readonly AlignmentRecord[]): Promise<void> {
  const without = records.filter(({ status }) => status === 'no-face').map(({ path }) => path);
  await replace(join(output, MANIFEST), lines(records.map((record) => JSON.stringify(record))));
  await replace(join(output, NO_FACE), lines(without));
}

const lines = (items: readonly string[]): string => items.map((item) => `${item}\n`).join('');

const replace = (path: string, text: string): Promise<void> =>
  guard(path, (whole) => writeFileSafely(whole, text));

async function guard(path: string, write: (path: string) => Promise<void>): Promise<void> {
  try {
    await write(path);
  } catch (cause) {
    throw unwritable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function parse(line: string): AlignmentRecord | undefined {
  try {
    const record = JSON.parse(line) as AlignmentRecord | null;
    return typeof record?.path === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}
