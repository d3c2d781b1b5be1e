import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ImageFormat, inOrder, listImages } from '@hm/images';
import { lockFile, removeLeftovers } from '@hm/tensor/files';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import { readWeights } from '../networks/read-weights.ts';
import { type AlignFolderOptions, alignFolderOptions, resolveOptions } from './align-folder-options.ts';
import { type Photograph, type PhotographSettings, unwritable } from './align-photograph.ts';
import { type AlignSummary, summarize } from './align-summary.ts';
import type { AlignmentRecord } from './alignment-record.ts';
import {
  assertSameSettings,
  differing,
  folderSettings,
  settingsOf,
  writeSettings,
} from './folder-settings.ts';
import {
  appendRecord,
  finishManifest,
  outdateRecords,
  readManifest,
  startManifest,
  workingPath,
} from './manifest.ts';
import { shardOf } from './shard.ts';
import { startAligner } from './worker-pool.ts';

/** One event per image, in the order of their names, then `done`. `index` counts from 1. */
export type AlignEvent =
  | {
      kind: 'aligned' | 'no-face' | 'undecodable' | 'skipped';
      index: number;
      total: number;
      record: AlignmentRecord;
    }
  | { kind: 'done'; summary: AlignSummary };

/**
 * Aligns every image below a folder into another folder, under the same relative names (the extension changes only if
 * the format does). An image without a face or one that cannot be decoded is an event and a line of
 * `alignment.jsonl`, not an error. Images without a face are also listed in `no-face.txt`.
 *
 * - If it is run again after an interruption, it resumes.
 * - Several processes, each with its own `shard`, can share a folder.
 * - Breaking out of the loop finishes the images in progress.
 *
 * @throws {InvalidArgumentError} if an option is out of range, or the output folder has faces that were made with
 * other options.
 * @throws {InvalidDataError} if the input folder is missing or empty.
 * @throws {UnavailableError} if the output cannot be written.
 * @example
 * for await (const event of alignFolder('lfw', 'lfw-112x112', { prefer: 'center' })) {
 *   if (event.kind === 'done') console.log(event.summary);
 * }
 */
export async function* alignFolder(
  input: string,
  output: string,
  options: AlignFolderOptions = {},
): AsyncGenerator<AlignEvent> {
  checkOptions('alignFolder', options, alignFolderOptions);
  checkArguments('alignFolder', { input, output }, { input: 'string', output: 'string' });
  const plan = await planWork(input, output, options);
  const lock = await lockFile(workingPath(output, plan.shard));
  try {
    yield* alignPlanned(plan, output, options);
  } finally {
    await lock.release();
  }
}

async function* alignPlanned(
  plan: Plan,
  output: string,
  options: AlignFolderOptions,
): AsyncGenerator<AlignEvent> {
  const { images, skipped, settings, shard, weights, detection } = plan;
  const known = await beginManifest(plan, output);
  const { aligner, width } = await startAligner(plan.workers, { weights, detection, settings });
  const began = performance.now();
  const records: AlignmentRecord[] = [];
  const counts = { aligned: 0, 'no-face': 0, undecodable: 0, skipped: 0 };
  const work = async (image: Photograph): Promise<Outcome> => {
    const record = options.overwrite ? undefined : existing(image, known, settings);
    if (record !== undefined) return { kind: 'skipped', record };
    const aligned = await aligner.align(image);
    await removeFormer(known.get(image.path)?.output, plan.outputs, output);
    if (aligned.output === null) await rm(join(output, image.output), { force: true });
    return outcome(aligned);
  };
  try {
    for await (const { kind, record } of inOrder(images, width, work)) {
      if (kind !== 'skipped') await appendRecord(output, shard, record);
      records.push(record);
      counts[kind]++;
      yield { kind, index: records.length, total: images.length, record };
    }
  } finally {
    await aligner.close();
  }
  const whole = await finishManifest(output, shard, records);
  const seconds = (performance.now() - began) / 1000;
  yield { kind: 'done', summary: { ...summarize(counts, seconds, output), leftOut: skipped, whole } };
}

interface Outcome {
  kind: 'aligned' | 'no-face' | 'undecodable' | 'skipped';
  record: AlignmentRecord;
}

const outcome = (record: AlignmentRecord): Outcome => ({
  kind: record.status === 'existing' ? 'skipped' : record.status,
  record,
});

type Plan = Awaited<ReturnType<typeof planWork>>;

/** Plans the work, before anything is written. */
async function planWork(input: string, output: string, options: AlignFolderOptions) {
  const { shard, ...resolved } = resolveOptions(input, output, options);
  const listing = await listImages(input, output);
  const planned = planOutputs(listing.images, resolved.settings.format);
  const outputs = new Set(planned.map(({ output: file }) => key(file)));
  const weights = await readWeights(options.weights);
  return { ...resolved, images: shardOf(planned, shard), outputs, skipped: listing.skipped, shard, weights };
}

/**
 * Returns the existing records of the images. If there is a manifest, it says which existing outputs are ours: an
 * output without a line was left by a killed run and is aligned again. If there is none, the existing outputs came
 * from somewhere else and are kept.
 */
async function beginManifest(plan: Plan, output: string): Promise<ReadonlyMap<string, AlignmentRecord>> {
  const { images, settings, detection, weights, shard, overwrite } = plan;
  await createFolder(output);
  const known = await readManifest(output, shard);
  const wanted = folderSettings(settings, detection, weights);
  const made = await settingsOf(output, wanted, known, shard);
  if (overwrite) await outdateRecords(output, shard, known, differing(wanted, made) !== undefined);
  else assertSameSettings(output, wanted, made);
  await writeSettings(output, wanted);
  if (known === undefined)
    return startManifest(output, shard, overwrite ? [] : existingRecords(plan, output));
  for (const folder of new Set(images.map((image) => dirname(join(output, image.output)))))
    await removeLeftovers(folder);
  return known;
}

function existingRecords({ images, settings: { template } }: Plan, output: string): AlignmentRecord[] {
  const nothing = { box: null, landmarks: null, score: null, faces: 0, bordered: false };
  return images
    .filter((image) => existsSync(join(output, image.output)))
    .map(({ path, output: file }) => ({ path, status: 'existing', output: file, template, ...nothing }));
}

function existing(
  { path, output }: Photograph,
  known: ReadonlyMap<string, AlignmentRecord>,
  settings: PhotographSettings,
): AlignmentRecord | undefined {
  const record = known.get(path);
  const isDone = record?.output === output && !record.outdated;
  return isDone && existsSync(join(settings.output!, output)) ? record : undefined;
}

/**
 * Removes an image's output of an earlier run, such as one in another format, so that it does not stay beside the new
 * one. An output that this run plans stays: it is the image's own, or another image has taken the name over.
 */
async function removeFormer(
  former: string | null | undefined,
  planned: ReadonlySet<string>,
  output: string,
): Promise<void> {
  if (former && !planned.has(key(former)) && !former.split(/[/\\]/).includes('..'))
    await rm(join(output, former), { force: true });
}

async function createFolder(output: string): Promise<void> {
  await mkdir(output, { recursive: true }).catch((cause: unknown) => {
    throw unwritable(output, cause instanceof Error ? cause.message : String(cause), cause);
  });
}

const OWN_EXTENSION = { jpeg: /\.jpe?g$/i, png: /\.png$/i };
const NEW_EXTENSION = { jpeg: '.jpg', png: '.png' };

/**
 * Returns the output path of every image: its own name, or its name with the extension of the output format. If two
 * images would share an output, even on a case-insensitive file system, the later one gets a number.
 */
function planOutputs(paths: readonly string[], format: ImageFormat): Photograph[] {
  const own = new Set(paths.filter((path) => OWN_EXTENSION[format].test(path)).map(key));
  const taken = new Set<string>();
  return paths.map((path) => {
    const isOwn = OWN_EXTENSION[format].test(path);
    const stem = path.replace(/\.[^./]+$/, '');
    const extension = isOwn ? path.slice(stem.length) : NEW_EXTENSION[format];
    let output = stem + extension;
    for (let number = 2; taken.has(key(output)) || (!isOwn && own.has(key(output))); number++)
      output = `${stem}_${number}${extension}`;
    taken.add(key(output));
    return { path, output };
  });
}

const key = (path: string): string => path.normalize('NFC').toLowerCase();
