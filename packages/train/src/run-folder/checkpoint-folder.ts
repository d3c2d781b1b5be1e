import { constants } from 'node:buffer';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { notWritable, regularFileSize, removeLeftovers, writeFileSafely } from '@hm/tensor/files';
import {
  bytesPerElement,
  type HostTensor,
  InvalidArgumentError,
  InvalidDataError,
  sizeOf,
} from '@hm/tensor/host';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, PIECE } from './checkpoint.ts';

/** A checkpoint that could not be read. */
export interface DamagedCheckpoint {
  path: string;
  reason: string;
}

/** Newest readable checkpoint, if there is one, and the newer ones that are damaged. */
export interface Newest {
  checkpoint: Checkpoint | undefined;
  path: string | undefined;
  damaged: DamagedCheckpoint[];
}

const NAME = /^step-(\d+)\.safetensors$/;

/**
 * Reads a checkpoint.
 *
 * @throws {InvalidDataError} if the file cannot be read, is truncated or damaged, or is not a checkpoint.
 */
export const readCheckpoint = (path: string): Promise<Checkpoint> => decodeCheckpoint(readPieces(path), path);

async function readPieces(path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(regularFileSize(path, constants.MAX_LENGTH));
  const file = await open(path);
  try {
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await file.read(bytes.subarray(at, at + PIECE));
      // The file has become shorter: the hash will not fit.
      if (bytesRead === 0) break;
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return bytes;
}

/** Folder of a run's checkpoints. */
export const checkpointFolder = (run: string): string => join(run, 'checkpoints');

/** Writes `step-00001234.safetensors`, then removes all but the newest `keep`. */
export async function saveCheckpoint(
  run: string,
  checkpoint: Checkpoint,
  keep: number,
): Promise<{ path: string; bytes: number }> {
  const folder = checkpointFolder(run);
  await makeFolder(folder);
  const path = join(folder, `step-${String(checkpoint.progress.step).padStart(8, '0')}.safetensors`);
  const bytes = await encodeCheckpoint(checkpoint);
  await writeFileSafely(path, bytes);
  const old = (await listCheckpoints(run)).filter((other) => other !== path).slice(keep - 1);
  for (const other of old) await rm(other);
  return { path, bytes: bytes.byteLength };
}

/** Number of bytes that a checkpoint may need besides its tensors. */
const HEADER = 2 ** 24;

/**
 * Checks that a checkpoint of this state fits into one array, so that a run does not learn it at its first checkpoint.
 *
 * @throws {InvalidArgumentError}
 */
export function assertStorable(state: Readonly<Record<string, HostTensor>>): void {
  const sizes = Object.values(state).map(({ dtype, shape }) => sizeOf(shape) * bytesPerElement(dtype));
  const bytes = sizes.reduce((sum, size) => sum + size, HEADER);
  if (bytes <= constants.MAX_LENGTH) return;
  const gigabytes = (count: number) => `${(count / 2 ** 30).toFixed(1)} GiB`;
  throw new InvalidArgumentError({
    where: 'train',
    expected: `weights, with what the optimizer keeps of them, of at most ${gigabytes(constants.MAX_LENGTH)}`,
    received: gigabytes(bytes),
    fix: 'Use Node 22 or newer, whose arrays may be larger, an optimizer that keeps less, or fewer classes.',
    fields: { bytes, most: constants.MAX_LENGTH },
  });
}

/** Path of the checkpoint with the best validation score. */
export const bestPath = (run: string): string => join(run, 'best.safetensors');

/** Writes the best checkpoint, replacing the previous one. */
export const saveBest = async (run: string, checkpoint: Checkpoint): Promise<void> =>
  writeFileSafely(bestPath(run), await encodeCheckpoint(checkpoint));

/** Paths of a run's checkpoints, newest first. */
export async function listCheckpoints(run: string): Promise<string[]> {
  const folder = checkpointFolder(run);
  const names = (await entriesOf(folder)).filter((name) => NAME.test(name));
  const stepOf = (name: string) => Number(NAME.exec(name)![1]);
  return names.sort((a, b) => stepOf(b) - stepOf(a)).map((name) => join(folder, name));
}

/**
 * Reads the newest checkpoint of a run, falling back to older ones if it is damaged.
 *
 * @throws {InvalidDataError} if there are checkpoints and none can be read.
 */
export async function newestCheckpoint(run: string): Promise<Newest> {
  const damaged: DamagedCheckpoint[] = [];
  for (const path of await listCheckpoints(run)) {
    try {
      return { checkpoint: await readCheckpoint(path), path, damaged };
    } catch (error) {
      if (!(error instanceof InvalidDataError)) throw error;
      damaged.push({ path, reason: String(error.fields.reason ?? error.message) });
    }
  }
  if (damaged.length > 0) throw allDamaged(run, damaged);
  return { checkpoint: undefined, path: undefined, damaged };
}

/** Removes partial files left by a process that was killed while writing. */
export async function removePartial(run: string): Promise<void> {
  for (const folder of [run, checkpointFolder(run)]) await removeLeftovers(folder);
}

/** Creates a folder and its parents. @throws {UnavailableError} */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw notWritable(folder, cause);
  });
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

const allDamaged = (run: string, damaged: DamagedCheckpoint[]) =>
  new InvalidDataError({
    where: run,
    expected: 'a checkpoint that can be read',
    received: `${damaged.map(({ path }) => basename(path)).join(', ')}, all damaged`,
    fix: 'Restore a checkpoint from a copy, or train again.',
    fields: { path: run, damaged },
  });
