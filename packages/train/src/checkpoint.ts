import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type HostTensor, InvalidDataError } from '@hm/tensor/host';
import type { HardnessSums } from './observe/hardness.ts';
import type { RunConfig } from './run-config.ts';

/** How far a run is. */
export interface Progress {
  /** Finished steps. */
  step: number;
  /** Finished epochs. */
  epoch: number;
  /** Finished batches of the epoch under way. */
  position: number;
  /** Sums over the batches of the epoch under way. */
  lossSum: number;
  accuracySum: number;
  /** If hardness is told. */
  hardness?: HardnessSums;
  /** The best validation so far. */
  best?: Best;
}

/** A validation's score, and the finished steps at which it was reached. */
export interface Best {
  step: number;
  name: string;
  score: number;
}

/** All that it takes to go on. */
export interface Checkpoint {
  config: RunConfig;
  progress: Progress;
  versions: Record<string, string>;
  /** `params.*`, `momentum.*`, `statistics.*`, `headStatistics.*`. */
  state: Record<string, HostTensor>;
}

const FORMAT = 'hm-checkpoint';
const FORMAT_VERSION = '1';

/** A checkpoint as a safetensors file; the metadata holds a hash of the values, so that damage is noticed. */
export function encodeCheckpoint({ config, progress, versions, state }: Checkpoint): Uint8Array {
  return encodeSafetensors(state, {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    config: JSON.stringify(config),
    progress: JSON.stringify(progress),
    versions: JSON.stringify(versions),
    sha256: hashOf(state),
  });
}

/**
 * Reads a checkpoint.
 *
 * @throws {InvalidDataError} if the file cannot be read, is truncated or damaged, or is no checkpoint.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  try {
    const { tensors, metadata } = decodeSafetensors(await readFile(path));
    if (metadata.format !== FORMAT || metadata.formatVersion !== FORMAT_VERSION)
      throw invalid(path, `${metadata.format} ${metadata.formatVersion}`);
    if (metadata.sha256 !== hashOf(tensors)) throw invalid(path, 'values that do not fit its hash');
    const [config, progress, versions] = ['config', 'progress', 'versions'].map((name) =>
      JSON.parse(metadata[name]!),
    );
    return { config, progress, versions, state: tensors };
  } catch (error) {
    if (error instanceof InvalidDataError && error.fields.path === path) throw error;
    throw invalid(path, (error as Error).message, error);
  }
}

/** SHA-256 of a state's names and values. */
export function hashOf(state: Record<string, HostTensor>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(state).sort()) {
    const { data } = state[name]!;
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

const invalid = (path: string, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: basename(path),
    expected: `a whole ${FORMAT} file of version ${FORMAT_VERSION}`,
    received,
    fix: 'Use another checkpoint of the run.',
    fields: { path },
    cause,
  });
