import { sha256Of } from '@hm/tensor';
import {
  americanSpelling,
  decodeSafetensors,
  encodeSafetensors,
  HmError,
  type HostTensor,
  InvalidDataError,
} from '@hm/tensor/host';
import type { HardnessSums } from '../observe/hardness.ts';
import type { RunConfig } from './run-config.ts';

/** Progress of a run. */
export interface Progress {
  /** Finished steps. */
  step: number;
  /** Finished epochs. */
  epoch: number;
  /** Finished steps of the current epoch. */
  position: number;
  /** Sum of the losses of these steps. */
  lossSum: number;
  /** Sum of their accuracies. */
  accuracySum: number;
  /** Hardness sums of the current epoch, if hardness is reported. */
  hardness?: HardnessSums;
  /** Best validation so far. */
  best?: Best;
  /** True if the validation of this step was interrupted; resuming repeats it. */
  unvalidated?: true;
}

/** Progress before the first step. */
export const START: Progress = { step: 0, epoch: 0, position: 0, lossSum: 0, accuracySum: 0 };

/** Best validation: the number of finished steps, and the name and value of the score. */
export interface Best {
  step: number;
  name: string;
  score: number;
}

/** Everything needed to resume a run. */
export interface Checkpoint {
  config: RunConfig;
  progress: Progress;
  versions: Record<string, string>;
  /** Tensors by name: `params.*`, `momentum.*`, `statistics.*`, `headStatistics.*`. */
  state: Record<string, HostTensor>;
}

const FORMAT = 'hm-checkpoint';
const FORMAT_VERSION = '2';

/** Placeholder for the hash while it is computed. */
const NO_HASH = '0'.repeat(64);

/** Encodes a checkpoint as a safetensors file. A hash of all other bytes in its metadata reveals any damage. */
export async function encodeCheckpoint({
  config,
  progress,
  versions,
  state,
}: Checkpoint): Promise<Uint8Array> {
  const bytes = encodeSafetensors(state, {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    config: JSON.stringify(config),
    progress: JSON.stringify(progress),
    versions: JSON.stringify(versions),
    sha256: NO_HASH,
  });
  const place = placeOfHash(bytes);
  bytes.set(new TextEncoder().encode(await hashOfBytes(bytes)), place);
  return bytes;
}

/**
 * Decodes a checkpoint. This overwrites the hash in `read`.
 *
 * @param path origin of the bytes, for the error.
 * @throws {InvalidDataError} if the bytes cannot be read, are truncated or damaged, or are not a checkpoint.
 */
export async function decodeCheckpoint(
  read: Uint8Array | Promise<Uint8Array>,
  path: string,
): Promise<Checkpoint> {
  try {
    const bytes = await read;
    const { tensors, metadata } = decodeSafetensors(bytes);
    if (metadata.format !== FORMAT || metadata.formatVersion !== FORMAT_VERSION)
      throw invalid(path, `${metadata.format} ${metadata.formatVersion}`);
    const place = placeOfHash(bytes);
    if (place >= 0) bytes.set(new TextEncoder().encode(NO_HASH), place);
    if (place < 0 || metadata.sha256 !== (await hashOfBytes(bytes)))
      throw invalid(path, 'bytes that do not fit its hash');
    const [config, progress, versions] = ['config', 'progress', 'versions'].map((name) =>
      americanSpelling(JSON.parse(metadata[name]!)),
    );
    assertProgress(progress, path);
    return { config, progress, versions, state: americanSpelling(tensors) };
  } catch (error) {
    if (error instanceof InvalidDataError && error.fields.path === path) throw error;
    throw invalid(path, HmError.isInstance(error) ? wording(error) : (error as Error).message, error);
  }
}

/** Message of an error without its place and its fix: this file's own error has both. */
const wording = ({ message, where, fix }: HmError) =>
  message.slice(where.length + 2, -` Fix: ${fix}`.length).replace(/\.$/, '');

/** Offset of the hash, or −1. The key occurs once, since quotation marks in metadata strings are escaped. */
function placeOfHash(bytes: Uint8Array): number {
  const key = '"sha256":"';
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = new TextDecoder('latin1').decode(bytes.subarray(8, 8 + length));
  const place = header.indexOf(key);
  return place < 0 ? -1 : 8 + place + key.length;
}

function assertProgress(progress: Partial<Progress> | null, path: string): void {
  const { step, epoch, position, lossSum, accuracySum } = progress ?? {};
  const counts = [step, epoch, position].every((count) => Number.isSafeInteger(count) && count! >= 0);
  if (!counts || ![lossSum, accuracySum].every(Number.isFinite)) throw invalid(path, 'no progress in it');
  const named = /step-(\d+)\.safetensors$/.exec(basename(path))?.[1];
  if (named !== undefined && Number(named) !== step) throw invalid(path, `one of step ${step}`);
}

const basename = (path: string): string => path.split(/[\\/]/).at(-1)!;

const invalid = (path: string, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: basename(path),
    expected: `a whole ${FORMAT} file of version ${FORMAT_VERSION}`,
    received,
    fix: 'Use another checkpoint of the run.',
    fields: { path, reason: received },
    cause,
  });

/** Number of bytes that are hashed or read at once. Node takes less than 2 GiB, and a checkpoint may be larger. */
export const PIECE = 2 ** 24;

/** SHA-256 in hexadecimal, by Node's own function if there is one: it is many times faster for short texts. */
const hashOfBytes = async (bytes: Uint8Array): Promise<string> => {
  const { process } = globalThis as { process?: { getBuiltinModule?: NodeJS.Process['getBuiltinModule'] } };
  const crypto = process?.getBuiltinModule?.('node:crypto');
  if (crypto === undefined) return sha256Of(bytes);
  const hash = crypto.createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE) hash.update(bytes.subarray(at, at + PIECE));
  return hash.digest('hex');
};
