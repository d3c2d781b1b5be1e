import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostTensor, InvalidArgumentError, InvalidDataError } from '@hm/tensor';
import type { Progress } from './checkpoint.ts';
import {
  type DamagedCheckpoint,
  listCheckpoints,
  newestCheckpoint,
  removePartial,
} from './checkpoint-folder.ts';
import { describeEnvironment, type RunEnvironment } from './environment.ts';
import { type BackboneValues, initialState } from './initial-state.ts';
import { rewindLog } from './metrics-log.ts';
import type { ResolvedOptions } from './options.ts';
import { assertSameConfig, type RunConfig } from './run-config.ts';
import { withGradientSums } from './step/step-state.ts';
import { notWritable, writeFileSafely } from './write-file-safely.ts';

/** Where a run begins, or goes on. */
export interface Beginning {
  state: Record<string, HostTensor>;
  progress: Progress;
  /** The checkpoint it goes on from. */
  checkpoint: string | undefined;
  damaged: readonly DamagedCheckpoint[];
}

const START: Progress = { step: 0, epoch: 0, position: 0, lossSum: 0, accuracySum: 0 };

/**
 * Opens the run's folder and makes the first state, or reads the newest checkpoint.
 *
 * @throws {InvalidArgumentError} if a run is there and `resume` is false, or none is and it is true, or the configuration
 * differs from the run's.
 * @throws {InvalidDataError} if no checkpoint can be read.
 * @throws {UnavailableError} if the folder cannot be written.
 */
export async function beginRun(
  options: ResolvedOptions,
  config: RunConfig,
  pretrained?: BackboneValues,
): Promise<Beginning> {
  const { out, resume } = options;
  const saved = await readConfig(out);
  if (resume && saved === undefined) throw noRun(out);
  if (!resume && (saved !== undefined || (await listCheckpoints(out)).length > 0)) throw occupied(out);
  if (saved === undefined) {
    await makeFolder(out);
    await writeConfig(out, { ...config, environment: await describeEnvironment(options.command) });
    return firstBeginning(options, pretrained, []);
  }
  const { environment: _, ...savedConfig } = saved;
  assertSameConfig(savedConfig, config, out);
  await removePartial(out);
  const { checkpoint, path, damaged } = await newestCheckpoint(out);
  await rewindLog(out, checkpoint?.progress.step ?? -1);
  if (checkpoint === undefined) return firstBeginning(options, pretrained, damaged);
  assertSameConfig(checkpoint.config, config, out);
  const state = withGradientSums(options.recipe, checkpoint.state);
  return { state, progress: checkpoint.progress, checkpoint: path, damaged };
}

async function firstBeginning(
  { backbone, head, data, seed, recipe }: ResolvedOptions,
  pretrained: BackboneValues | undefined,
  damaged: readonly DamagedCheckpoint[],
): Promise<Beginning> {
  const state = await initialState({ backbone, head, classes: data.classes, seed, recipe, pretrained });
  return { state, progress: START, checkpoint: undefined, damaged };
}

const configPath = (run: string) => join(run, 'run.json');

/** What `run.json` holds. */
export interface RunFile extends RunConfig {
  environment: RunEnvironment;
}

const writeConfig = (run: string, file: RunFile) =>
  writeFileSafely(configPath(run), new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`));

/** The configuration that a run began with, and where; undefined if the folder has none. @throws {InvalidDataError} */
export async function readConfig(run: string): Promise<RunFile | undefined> {
  try {
    return JSON.parse(await readFile(configPath(run), 'utf8'));
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new InvalidDataError({
      where: configPath(run),
      expected: 'the configuration of a run as JSON',
      received: (cause as Error).message,
      fix: 'Restore the file from a copy, or train into another folder.',
      fields: { path: configPath(run) },
      cause,
    });
  }
}

async function makeFolder(out: string): Promise<void> {
  await mkdir(out, { recursive: true }).catch((cause) => {
    throw notWritable(out, 0, cause);
  });
}

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
