import { stat } from 'node:fs/promises';
import { type HostTensor, InvalidDataError } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import type { Progress } from './checkpoint.ts';
import { bestPath, type DamagedCheckpoint, newestCheckpoint, readCheckpoint } from './checkpoint-folder.ts';
import type { RunConfig } from './run-config.ts';

/** A run, as read from one of its checkpoints. */
export interface LoadedRun {
  config: RunConfig;
  progress: Progress;
  /** Versions of the software that wrote the checkpoint, by name. */
  versions: Readonly<Record<string, string>>;
  /** Tensors `params.backbone.*`, `params.head.*`, `momentum.*`, `statistics.*`, `headStatistics.*`; tfjs's shapes. */
  state: Record<string, HostTensor>;
  /** Path of the checkpoint. */
  path: string;
  /** Newer checkpoints that could not be read. */
  damaged: readonly DamagedCheckpoint[];
}

/**
 * Reads the newest checkpoint in a run's folder, falling back to older ones if it is damaged.
 *
 * @param which `best` reads the one with the best validation score instead.
 * @throws {InvalidDataError} if there is no checkpoint that can be read.
 * @example
 * const { config, progress, state } = await loadRun('runs/hm-arcface');
 */
export async function loadRun(folder: string, which: 'newest' | 'best' = 'newest'): Promise<LoadedRun> {
  checkArguments('loadRun', { folder }, { folder: 'string' });
  if (which === 'best') {
    const path = bestPath(folder);
    if (!(await stat(path).catch(() => undefined))) throw noBest(folder);
    return { ...(await readCheckpoint(path)), path, damaged: [] };
  }
  const { checkpoint, path, damaged } = await newestCheckpoint(folder);
  if (checkpoint === undefined || path === undefined) throw noCheckpoint(folder);
  return { ...checkpoint, path, damaged };
}

const noBest = (folder: string) =>
  new InvalidDataError({
    where: folder,
    expected: 'the folder of a run that was validated, with its best checkpoint',
    received: 'none',
    fix: 'Take the newest checkpoint (leave out --best), or train with a validation.',
    fields: { path: folder },
  });

const noCheckpoint = (folder: string) =>
  new InvalidDataError({
    where: folder,
    expected: 'the folder of a run with a checkpoint',
    received: 'none',
    fix: 'Pass the folder that was given to train as `out`, once a checkpoint is written.',
    fields: { path: folder },
  });
