import { type FileHandle, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { checkArguments, checkOptions } from '../check/check-options.ts';
import { UnavailableError } from '../errors.ts';
import { partialPath } from './partial.ts';

/**
 * Writes a file that is either there as a whole or not at all, whenever the process or the machine stops: it is written
 * under another name in the same folder, synced and renamed, then the folder is synced. A link is followed, also to
 * a file that is not there yet; a device or a pipe is written to directly.
 *
 * @throws {UnavailableError} if it cannot be written, for example on a full disk. What was at `path` before is
 * untouched and nothing is left behind.
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

/** Options for writing a file. */
export interface SafeFileOptions {
  /**
   * Whether to sync the file and its folder. Default true. If false, the system decides when the bytes reach the disk.
   * This is for many small files that can be created again: they are whole if the process is killed, but not if the
   * machine loses power.
   */
  sync?: boolean;
}

const BUFFER_BYTES = 1 << 20;

/**
 * A file that is written piece by piece and gets its name once it is complete, as with {@link writeFileSafely}.
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

  /** Opens a file for writing. @throws {UnavailableError} if it cannot be written. */
  static async create(path: string, { sync = true }: SafeFileOptions = {}): Promise<SafeFile> {
    try {
      const target = await targetOf(path);
      const { temporary, name, mode } = target;
      return new SafeFile(path, target, await open(temporary ?? name, temporary ? 'wx' : 'w', mode), sync);
    } catch (cause) {
      throw notWritable(path, cause);
    }
  }

  /** Number of bytes written so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Writes bytes, which may change as soon as it is done. Up to a megabyte is buffered. @throws {UnavailableError} */
  async write(content: Uint8Array | string): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const isKept = this.#waitingBytes + bytes.length < BUFFER_BYTES;
    const piece = isKept && bytes === content ? Buffer.from(bytes) : bytes;
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    this.#offset += piece.length;
    if (this.#waitingBytes >= BUFFER_BYTES) await this.#guard(() => this.#flush());
  }

  /**
   * Puts everything on the disk, still under the temporary name, so that only renaming remains.
   *
   * @throws {UnavailableError}
   */
  async complete(): Promise<void> {
    if (this.#closed) return;
    await this.#guard(async () => {
      await this.#flush();
      if (this.#target.temporary && this.#sync) await this.#file.sync();
      await this.#file.close();
    });
    this.#closed = true;
  }

  /** Completes the file and gives it its name, on the disk. @throws {UnavailableError} */
  async finish(): Promise<void> {
    await this.complete();
    const { temporary, name } = this.#target;
    if (temporary === undefined) return;
    await this.#guard(async () => {
      await rename(temporary, name);
      if (this.#sync) await syncFolder(dirname(name));
    });
  }

  /** Closes the file and removes what was written. */
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

/**
 * Where bytes go: under a temporary name until they are complete, except for what is not a file, such as `/dev/stdout`.
 */
interface Target {
  name: string;
  temporary: string | undefined;
  mode?: number;
}

async function targetOf(path: string): Promise<Target> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  const link = there === undefined ? await readlink(path).catch(() => undefined) : undefined;
  if (link !== undefined) return targetOf(resolve(await realpath(dirname(path)), link));
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

/** Creates the error for a file or folder that cannot be written. */
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
