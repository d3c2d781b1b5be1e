import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkArguments, checkOptions } from '../check-options.ts';
import { UnavailableError } from '../errors.ts';
import { partialPath } from './partial.ts';

/**
 * Writes a file that is either there as a whole or not at all, whenever the process or the machine stops: written under
 * another name in the same folder, synced, renamed, and the folder synced. A link is followed; a device or a pipe is
 * written to as it is.
 *
 * @throws {UnavailableError} if it cannot be written, such as on a full disk; what stood at `path` is untouched and
 * nothing is left behind.
 * @example
 * await writeFileSafely('model.onnx', bytes);
 */
export async function writeFileSafely(
  path: string,
  content: Uint8Array | string,
  options: SafeFileOptions = {},
): Promise<void> {
  checkOptions('writeFileSafely', options, { sync: 'boolean' });
  checkArguments('writeFileSafely', { path, content }, { path: 'string', content: ['string', 'bytes'] });
  const file = await SafeFile.create(path, options);
  try {
    await file.write(content);
    await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/** How a file is written. */
export interface SafeFileOptions {
  /**
   * Default true. False leaves it to the system when the bytes reach the disk, for many small files that can be made
   * again: they are whole if the process is killed, not if the machine loses its power.
   */
  sync?: boolean;
}

const BUFFER_BYTES = 1 << 20;

/**
 * A file that is written piece by piece, and takes its name once it is whole, as {@link writeFileSafely} does it.
 *
 * @example
 * const file = await SafeFile.create('list.csv');
 * try {
 *   for (const line of lines) await file.write(line);
 *   await file.finish();
 * } catch (error) {
 *   await file.abandon();
 *   throw error;
 * }
 */
export class SafeFile {
  readonly path: string;
  readonly #target: Target;
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #offset = 0;
  #closed = false;
  readonly #sync: boolean;

  private constructor(path: string, target: Target, file: FileHandle, sync: boolean) {
    this.path = path;
    this.#target = target;
    this.#file = file;
    this.#sync = sync;
  }

  /** @throws {UnavailableError} if it cannot be written. */
  static async create(path: string, { sync = true }: SafeFileOptions = {}): Promise<SafeFile> {
    try {
      const target = await targetOf(path);
      const { temporary, name, mode } = target;
      return new SafeFile(path, target, await open(temporary ?? name, temporary ? 'wx' : 'w', mode), sync);
    } catch (cause) {
      throw notWritable(path, cause);
    }
  }

  /** Bytes so far. */
  get offset(): number {
    return this.#offset;
  }

  /** The bytes must not change until the next write; memory holds a megabyte of them. @throws {UnavailableError} */
  async write(content: Uint8Array | string): Promise<void> {
    const piece = typeof content === 'string' ? Buffer.from(content) : content;
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    this.#offset += piece.length;
    if (this.#waitingBytes >= BUFFER_BYTES) await this.#guard(() => this.#flush());
  }

  /** Puts all of it on the disk, still under its other name: what can fail has not failed then. @throws {UnavailableError} */
  async complete(): Promise<void> {
    if (this.#closed) return;
    await this.#guard(async () => {
      await this.#flush();
      if (this.#target.temporary && this.#sync) await this.#file.sync();
      await this.#file.close();
    });
    this.#closed = true;
  }

  /** Gives the file its name, on the disk. @throws {UnavailableError} */
  async finish(): Promise<void> {
    await this.complete();
    const { temporary, name } = this.#target;
    if (temporary === undefined) return;
    await this.#guard(async () => {
      await rename(temporary, name);
      if (this.#sync) await syncFolder(dirname(name));
    });
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    if (this.#target.temporary) await rm(this.#target.temporary, { force: true });
  }

  async #flush(): Promise<void> {
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const piece of pieces.length > 2 ? [Buffer.concat(pieces)] : pieces)
      await this.#file.writeFile(piece);
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    await work().catch((cause) => {
      throw notWritable(this.path, cause);
    });
  }
}

/** Where bytes go: under another name until they are whole, but for what is no file, such as `/dev/stdout`. */
interface Target {
  name: string;
  temporary: string | undefined;
  mode?: number;
}

async function targetOf(path: string): Promise<Target> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (there === undefined) return { name: path, temporary: partialPath(path) };
  if (!there.isFile() && !there.isDirectory()) return { name: path, temporary: undefined };
  const name = await realpath(path);
  return { name, temporary: partialPath(name), mode: there.mode & 0o777 };
}

/** Windows cannot sync a folder; NTFS journals the rename itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The error for a file or folder that cannot be written. */
export function notWritable(path: string, cause: unknown): UnavailableError {
  checkArguments('notWritable', { path }, { path: 'string' });
  const { code = '', message = String(cause) } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  const [received, fix] = REASONS[code] ?? [
    message,
    'Check the path and its permissions, or choose another folder.',
  ];
  return new UnavailableError({
    where: path,
    expected: 'to write there',
    received: REASONS[code] ? `${received} (${code})` : received,
    fix,
    fields: { path, code },
    cause,
  });
}

const REASONS: Readonly<Record<string, [received: string, fix: string]>> = {
  ENOSPC: ['a full disk', 'Make room there, or choose another disk.'],
  EDQUOT: ['a used-up quota', 'Make room there, or choose another disk.'],
  EFBIG: ['a file larger than is allowed', 'Raise the limit (`ulimit -f`), or choose another disk.'],
  EROFS: ['a disk that is read-only', 'Choose a folder that can be written.'],
  EACCES: ['no permission', 'Choose a folder that you may write to.'],
  EPERM: ['no permission', 'Choose a folder that you may write to.'],
  ENOENT: ['a folder that is not there', 'Make the folder, or check the path.'],
  EEXIST: ['a file where a folder is meant', 'Choose another path.'],
  ENOTDIR: ['a file where a folder is meant', 'Choose another path.'],
  EISDIR: ['a folder where a file is meant', 'Add a file name to the path.'],
  EIO: ['a disk that fails', 'Check the disk, or choose another.'],
};
