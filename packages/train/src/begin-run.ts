import { join } from 'node:path';
import type { Dataset } from '@hm/datasets';
import {
  americanSpelling,
  flattenParams,
  type HostTensor,
  InvalidArgumentError,
  InvalidDataError,
  unflattenParams,
} from '@hm/tensor';
import { readTextIfThere, writeFileSafely } from '@hm/tensor/files';
import { checkArguments } from '@hm/tensor/host';
import { type BackboneValues, initialState } from './initial-state.ts';
import type { ResolvedOptions } from './options.ts';
import { type Progress, START } from './run-folder/checkpoint.ts';
import {
  assertStorable,
  bestPath,
  type DamagedCheckpoint,
  listCheckpoints,
  newestCheckpoint,
  readCheckpoint,
  removePartial,
} from './run-folder/checkpoint-folder.ts';
import {
  changedImages,
  dataPrint,
  imagesChanged,
  type Printed,
  writeDataPrint,
} from './run-folder/data-print.ts';
import { describeEnvironment, type RunEnvironment } from './run-folder/environment.ts';
import { rewindLog } from './run-folder/metrics-log.ts';
import { assertSameConfig, type RunConfig } from './run-folder/run-config.ts';
import { betweenSteps, resumedState } from './step/train-state.ts';
import { waitFor } from './wait.ts';

/** State and progress at which a run begins or resumes. */
export interface Beginning {
  state: Record<string, HostTensor>;
  progress: Progress;
  /** Path of the checkpoint to resume from; undefined for a new run. */
  checkpoint: string | undefined;
  damaged: readonly DamagedCheckpoint[];
  /** Names of images that have changed since the run began; not empty only with `allowChangedData`. */
  changed?: readonly string[];
}

/**
 * Checks that the folder holds a run if `resume` is true, and none if it is false. Nothing is written before this.
 *
 * @returns the contents of its `run.json`, if there is one.
 * @throws {InvalidArgumentError} if there is a run and `resume` is false, or there is none and it is true.
 */
export async function assertBeginnable({ out, resume }: ResolvedOptions): Promise<RunFile | undefined> {
  const saved = await readConfig(out);
  const isRun = saved !== undefined || (await listCheckpoints(out)).length > 0;
  if (resume && !isRun) throw noRun(out);
  if (!resume && isRun) throw occupied(out);
  return saved;
}

/**
 * Makes the initial state of a run, or reads its newest checkpoint. The caller must hold the folder's lock.
 *
 * @throws {InvalidArgumentError} as {@link assertBeginnable}, or if the configuration differs from the run's.
 * @throws {InvalidDataError} if no checkpoint can be read, or images have changed since the run began.
 * @throws {UnavailableError} if the folder cannot be written.
 */
export async function beginRun(
  options: ResolvedOptions,
  config: RunConfig,
  pretrained?: BackboneValues,
): Promise<Beginning> {
  const { out, resume, allowChangedData = false } = options;
  const saved = await assertBeginnable(options);
  if (saved !== undefined) assertSameConfig(configOf(saved), config, out, allowChangedData);
  await removePartial(out);
  const { checkpoint, path, damaged } = await newestCheckpoint(out);
  // Changed data that was allowed before is already in run.json, but not yet in the checkpoint.
  if (checkpoint) assertSameConfig(checkpoint.config, config, out, allowChangedData || saved !== undefined);
  const changed = await comparedData(options);
  if (saved === undefined || allowChangedData) {
    const environment = saved?.environment ?? (await describeEnvironment(options.command));
    await writeConfig(out, { ...config, environment });
  }
  if (resume) await rewindLog(out, checkpoint?.progress.step ?? -1);
  if (checkpoint === undefined) return { ...(await firstBeginning(options, pretrained, damaged)), changed };
  const resumed = resumedState(options.recipe, unflattenParams(checkpoint.state), options.optimizer);
  const best = await presentBest(out, checkpoint.progress);
  return {
    ...{ state: flattenParams(resumed), checkpoint: path, changed },
    progress: best.progress,
    damaged: [...damaged, ...best.damaged],
  };
}

/**
 * Compares the images with the record that the run keeps of them, and updates the record.
 *
 * @returns names of images that differ. @throws {InvalidDataError} if there are any and they are not allowed.
 */
async function comparedData(options: ResolvedOptions): Promise<readonly string[]> {
  const { out, data, unlabeled, resume, allowChangedData = false } = options;
  const { signal, batchTimeoutSeconds: seconds } = options;
  const patience = { signal, seconds, option: 'batchTimeoutSeconds', what: 'a sample of the data set' };
  const all: string[] = [];
  for (const [name, images] of Object.entries({ data, unlabeled }) as [Printed, Dataset | undefined][]) {
    if (images === undefined) continue;
    const print = await waitFor(dataPrint(images), patience);
    // The signal was raised before training began.
    if (print === undefined) return [];
    const changed = resume ? await changedImages(out, name, images, print) : [];
    if (changed.length > 0 && !allowChangedData) throw imagesChanged(out, changed, print.facts.length);
    await writeDataPrint(out, name, print);
    all.push(...changed);
  }
  return all;
}

/** Drops the best score if its checkpoint cannot be read, so that the next validation counts as the best. */
async function presentBest(out: string, { best, ...progress }: Progress) {
  if (best === undefined) return { progress, damaged: [] };
  const path = bestPath(out);
  try {
    await readCheckpoint(path);
    return { progress: { ...progress, best }, damaged: [] };
  } catch (error) {
    if (!(error instanceof InvalidDataError)) throw error;
    const reason = `${error.message} The next validation counts as the best.`;
    return { progress, damaged: [{ path, reason }] };
  }
}

async function firstBeginning(
  { backbone, head, data, seed, recipe, optimizer }: ResolvedOptions,
  pretrained: BackboneValues | undefined,
  damaged: readonly DamagedCheckpoint[],
): Promise<Beginning> {
  const { classes } = data;
  const state = await initialState({ backbone, head, classes, seed, recipe, optimizer, pretrained });
  assertStorable(flattenParams(betweenSteps(unflattenParams(state))));
  return { state, progress: START, checkpoint: undefined, damaged };
}

const configPath = (run: string) => join(run, 'run.json');

/** Contents of `run.json`. */
export interface RunFile extends RunConfig {
  environment: RunEnvironment;
}

const configOf = ({ environment: _, ...config }: RunFile): RunConfig => config;

const writeConfig = (run: string, file: RunFile) =>
  writeFileSafely(configPath(run), `${JSON.stringify(file, null, 2)}\n`);

/** Reads a run's `run.json`: configuration and environment. Undefined if there is none. @throws {InvalidDataError} */
export async function readConfig(run: string): Promise<RunFile | undefined> {
  checkArguments('readConfig', { run }, { run: 'string' });
  const text = await readTextIfThere(configPath(run));
  if (text === undefined) return undefined;
  try {
    const file = americanSpelling(JSON.parse(text)) as RunFile | null;
    if (!isRunFile(file)) throw new TypeError('something else');
    return file;
  } catch (cause) {
    throw new InvalidDataError({
      where: configPath(run),
      expected: 'the configuration of a run as JSON',
      received: (cause as Error).message,
      fix: 'Remove the file and resume: the checkpoints hold the configuration too.',
      fields: { path: configPath(run) },
      cause,
    });
  }
}

const isRunFile = (file: RunFile | null): file is RunFile =>
  typeof file === 'object' &&
  file !== null &&
  [file.recipe, file.backbone, file.head, file.data].every(
    (part) => typeof part === 'object' && part !== null,
  );

const noRun = (out: string) =>
  new InvalidArgumentError({
    where: 'train',
    expected: `a run to resume in ${out}`,
    received: 'a folder without run.json',
    fix: 'Check the folder, or leave out resume to begin a run there.',
    fields: { path: out },
  });

const occupied = (out: string) =>
  new InvalidArgumentError({
    where: 'train',
    expected: 'a folder without a run in it',
    received: out,
    fix: 'Pass resume: true to go on with that run, or choose another folder.',
    fields: { path: out },
  });
