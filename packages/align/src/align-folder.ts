import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from '@hm/tensor/host';
import { type Photograph, type PhotographSettings, unwritable } from './align-photograph.ts';
import type { AlignmentRecord } from './alignment-record.ts';
import type { FacePreference } from './choose-face.ts';
import { assertDetectionOptions, type DetectionOptions } from './detector.ts';
import type { ImageFormat } from './image.ts';
import { inOrder } from './in-order.ts';
import { listImages } from './list-images.ts';
import { appendRecord, finishManifest, MANIFEST, readManifest } from './manifest.ts';
import { planOutputs } from './plan-outputs.ts';
import { type TemplateName, templates } from './templates.ts';
import { readWeights } from './weights.ts';
import { localAligner, workerPool } from './worker-pool.ts';

/** How a folder is aligned. */
export interface AlignFolderOptions extends DetectionOptions {
  /** Default `arcface-112x112`. */
  template?: TemplateName;
  /** Default `jpeg`: quality 95, no chroma subsampling. */
  format?: ImageFormat;
  /** Which face is the subject. Default `largest`; `centre` suits LFW. */
  prefer?: FacePreference;
  /** Default `skip`: no output. `centre` writes a centre crop, so that no pair of a protocol is lost. */
  noFace?: 'skip' | 'centre';
  /** How much of the picture a centre crop keeps. Default 1, as much as the template's aspect allows. */
  centreFraction?: number;
  /** Border, in parts of the shorter side, for a second search where the first finds none; 0 = none. Default 0.3. */
  border?: number;
  /** Aligns again what has an output. Default false. */
  overwrite?: boolean;
  /** Worker threads; 0 = in this thread. Default: one per core. */
  workers?: number;
  /** A weights file, as in {@link loadMtcnn}. */
  weights?: string;
}

/** What became of all images of a folder. */
export interface AlignSummary {
  images: number;
  /** Aligned by this run. */
  aligned: number;
  noFace: number;
  undecodable: number;
  /** Left alone, as their output was there. */
  skipped: number;
  seconds: number;
  /** Images that this run read, per second. */
  imagesPerSecond: number;
  /** Path of `alignment.jsonl`. */
  manifest: string;
}

/** One event per image in the order of their names, then `done`. `index` counts from 1. */
export type AlignEvent =
  | {
      kind: 'aligned' | 'no-face' | 'undecodable' | 'skipped';
      index: number;
      total: number;
      record: AlignmentRecord;
    }
  | { kind: 'done'; summary: AlignSummary };

/**
 * Aligns every image below a folder into another, under the same relative names (another extension only
 * where the format changes). An image without a face and one that cannot be decoded are events and lines of
 * `alignment.jsonl`, not errors; those without a face are in `no-face.txt` too. Run again, it goes on where
 * it was stopped. Breaking out of the loop finishes the images in work.
 *
 * @throws {InvalidArgumentError} if an option is out of range, or the output folder holds another template.
 * @throws {InvalidDataError} if the input folder is missing or empty, or two images would share an output.
 * @throws {UnavailableError} if the output cannot be written.
 * @example
 * for await (const event of alignFolder('lfw', 'lfw-112x112', { prefer: 'centre' })) {
 *   if (event.kind === 'done') console.log(event.summary);
 * }
 */
export async function* alignFolder(
  input: string,
  output: string,
  options: AlignFolderOptions = {},
): AsyncGenerator<AlignEvent> {
  const { settings, detection, workers, overwrite } = resolveOptions(input, output, options);
  const images = planOutputs(await listImages(input, output), settings.format);
  const weights = await readWeights(options.weights);
  await createFolder(output);
  const known = await readManifest(output);
  if (!overwrite) assertTemplate(known, settings);
  const began = performance.now();
  const done: AlignmentRecord[] = [];
  const counts = { aligned: 0, 'no-face': 0, undecodable: 0, skipped: 0 };
  const data = { weights, detection, settings };
  const aligner = workers === 0 ? await localAligner(data) : workerPool(workers, data);
  const work = async (image: Photograph) => {
    const record = overwrite ? undefined : existing(image, known, settings);
    return record ?? { kind: undefined, record: await aligner.align(image) };
  };
  try {
    for await (const { kind: skipped, record } of inOrder(images, Math.max(1, workers) * 3, work)) {
      const kind = skipped ?? (record.status as 'aligned' | 'no-face' | 'undecodable');
      if (kind !== 'skipped') await appendRecord(output, record);
      done.push(record);
      counts[kind]++;
      yield { kind, index: done.length, total: images.length, record };
    }
  } finally {
    await aligner.close();
  }
  await finishManifest(output, done);
  yield { kind: 'done', summary: summarise(counts, (performance.now() - began) / 1000, output) };
}

function resolveOptions(input: string, output: string, options: AlignFolderOptions) {
  const {
    template = 'arcface-112x112',
    format = 'jpeg',
    prefer = 'largest',
    noFace = 'skip',
    centreFraction = 1,
    border = 0.3,
    overwrite = false,
    workers = availableParallelism(),
    weights: _,
    ...detection
  } = options;
  assertDetectionOptions(detection);
  if (!(template in templates)) throw invalid(`template ${Object.keys(templates).join(' or ')}`, template);
  if (!(centreFraction > 0 && centreFraction <= 1)) throw invalid('centreFraction in (0, 1]', centreFraction);
  if (!(border >= 0 && border <= 2)) throw invalid('border in [0, 2]', border);
  if (!Number.isInteger(workers) || workers < 0) throw invalid('workers as a whole number', workers);
  if (resolve(input) === resolve(output)) throw invalid('an output folder other than the input', output);
  const settings: PhotographSettings = {
    ...{ input, output, template, format, prefer, noFace, centreFraction, border },
  };
  return { settings, detection, workers, overwrite };
}

function existing(
  { path, output }: Photograph,
  known: ReadonlyMap<string, AlignmentRecord>,
  settings: PhotographSettings,
): { kind: 'skipped'; record: AlignmentRecord } | undefined {
  if (!existsSync(join(settings.output, output))) return undefined;
  const record = known.get(path);
  if (record?.output === output) return { kind: 'skipped', record };
  const nothing = { box: null, landmarks: null, score: null, faces: 0, bordered: false };
  const { template } = settings;
  return { kind: 'skipped', record: { path, status: 'existing', output, template, ...nothing } };
}

function assertTemplate(
  known: ReadonlyMap<string, AlignmentRecord>,
  { template, output }: PhotographSettings,
) {
  for (const record of known.values()) {
    if (record.output === null || record.template === template) continue;
    throw new InvalidArgumentError({
      where: 'alignFolder',
      expected: `an output folder of template ${template}`,
      received: `${output} with ${record.path} as ${record.template}`,
      fix: 'Choose another folder, or pass `overwrite`.',
      fields: { path: record.path },
    });
  }
}

async function createFolder(output: string): Promise<void> {
  await mkdir(output, { recursive: true }).catch((cause: unknown) => {
    throw unwritable(output, cause instanceof Error ? cause.message : String(cause), cause);
  });
}

function summarise(
  counts: Record<'aligned' | 'no-face' | 'undecodable' | 'skipped', number>,
  seconds: number,
  output: string,
): AlignSummary {
  const { aligned, 'no-face': noFace, undecodable, skipped } = counts;
  const read = aligned + noFace + undecodable;
  const manifest = join(output, MANIFEST);
  return {
    images: read + skipped,
    ...{ aligned, noFace, undecodable, skipped, seconds },
    imagesPerSecond: read / seconds,
    manifest,
  };
}

const invalid = (expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: 'alignFolder',
    expected,
    received,
    fix: 'See AlignFolderOptions for what each option takes.',
  });
