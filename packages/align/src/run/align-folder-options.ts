import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { ImageFormat } from '@hm/images';
import { InvalidArgumentError, type OptionKinds } from '@hm/tensor/host';
import { assertDetectionOptions, type DetectionOptions, detectionOptions } from '../detect/detector.ts';
import type { FacePreference } from '../place/choose-face.ts';
import { type TemplateName, templates } from '../place/templates.ts';
import type { PhotographSettings } from './align-photograph.ts';
import { assertShard, type Shard } from './shard.ts';

/** Options of `alignFolder`. */
export interface AlignFolderOptions extends DetectionOptions {
  /** Template that faces are aligned to. Default `arcface-112x112`. */
  template?: TemplateName;
  /** Format of the output. Default `jpeg`: quality 95, no chroma subsampling. */
  format?: ImageFormat;
  /** Which face is the subject. Default `largest`; `center` suits LFW. */
  prefer?: FacePreference;
  /**
   * What to write if no face is found. Default `skip`: no output. `center` writes a centre crop, so that no pair of a
   * protocol is lost.
   */
  noFace?: 'skip' | 'center';
  /** Fraction of the photograph that a centre crop keeps. Default 1, as much as the template's aspect allows. */
  centerFraction?: number;
  /**
   * Border for a second search if the first finds no face, as a fraction of the shorter side; 0 = none. Default 0.3.
   */
  border?: number;
  /** True to align images again that already have an output. Default false. */
  overwrite?: boolean;
  /** Number of worker threads; 0 = in this thread. Default: one per core. */
  workers?: number;
  /** This process's part of the images, if several processes share a folder. Default: all of them. */
  shard?: Shard;
  /** Weights file, as in {@link loadMtcnn}. */
  weights?: string;
}

/** Types of the members of {@link AlignFolderOptions}. */
export const alignFolderOptions: OptionKinds<AlignFolderOptions> = {
  ...detectionOptions,
  template: { oneOf: Object.keys(templates) },
  format: { oneOf: ['jpeg', 'png'] },
  prefer: { oneOf: ['largest', 'center', 'highest-score'] },
  noFace: { oneOf: ['skip', 'center'] },
  ...{ centerFraction: 'number', border: 'number', overwrite: 'boolean', workers: 'number' },
  ...{ shard: 'object', weights: 'string' },
};

/** Fills in defaults. @throws {InvalidArgumentError} if an option is out of range. */
export function resolveOptions(input: string, output: string | null, options: AlignFolderOptions) {
  const {
    template = 'arcface-112x112',
    format = 'jpeg',
    prefer = 'largest',
    noFace = 'skip',
    centerFraction = 1,
    border = 0.3,
    overwrite = false,
    workers = availableParallelism(),
    shard = { index: 0, count: 1 },
    weights: _,
    ...detection
  } = options;
  assertDetectionOptions(detection);
  assertShard(shard);
  if (!Object.hasOwn(templates, template))
    throw invalid(`template ${Object.keys(templates).join(' or ')}`, template);
  if (!(centerFraction > 0 && centerFraction <= 1)) throw invalid('centerFraction in (0, 1]', centerFraction);
  if (!(border >= 0 && border <= 2)) throw invalid('border in [0, 2]', border);
  if (!Number.isInteger(workers) || workers < 0) throw invalid('workers as a whole number', workers);
  if (output !== null && realPath(input) === realPath(output))
    throw invalid('an output folder other than the input', output, 'Choose another folder for the output.');
  const settings: PhotographSettings = {
    ...{ input, output, template, format, prefer, noFace, centerFraction, border },
  };
  return { settings, detection, workers, overwrite, shard };
}

/** Returns the path without links of what is there; what is not there yet cannot be another name of the input. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}

const invalid = (expected: string, received: unknown, fix = `Pass ${expected}.`) =>
  new InvalidArgumentError({
    where: 'alignFolder',
    expected,
    received,
    fix,
  });
