import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UnavailableError } from '@hm/tensor/host';

const bufferBytes = 1 << 20;

/**
 * A file that is written from start to end under a temporary name, and takes its own once it is whole: whoever is
 * interrupted leaves no half file behind.
 */
export class OutputFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #offset = 0;

  private constructor(path: string, temporary: string, file: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#file = file;
  }

  /** Creates the folders above it too. */
  static async create(path: string): Promise<OutputFile> {
    const temporary = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      return new OutputFile(path, temporary, await open(temporary, 'wx'));
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }

  /** Bytes so far. */
  get offset(): number {
    return this.#offset;
  }

  /** The bytes must not change until the next write; memory holds a megabyte of them. */
  async write(bytes: Uint8Array | string): Promise<void> {
    const piece = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    this.#offset += piece.length;
    if (this.#waitingBytes >= bufferBytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (pieces.length === 0) return;
    await this.#file.writeFile(Buffer.concat(pieces)).catch((cause: unknown) => {
      throw unwritable(this.path, cause);
    });
  }

  /** Gives the file its name, on the disk. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#temporary, this.path);
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }
}

/** Writes files together: all take their names, or none is left. */
export async function writeFiles<T>(
  paths: readonly string[],
  write: (files: OutputFile[]) => Promise<T>,
): Promise<T> {
  const files: OutputFile[] = [];
  try {
    for (const path of paths) files.push(await OutputFile.create(path));
    const result = await write(files);
    // The first names the set: it appears when the others are there.
    for (const file of files.toReversed()) await file.finish();
    return result;
  } catch (error) {
    for (const file of files) await file.abandon();
    throw error;
  }
}

const unwritable = (path: string, cause: unknown) =>
  new UnavailableError({
    where: path,
    expected: 'a file that can be written',
    received: (cause as NodeJS.ErrnoException).code ?? String(cause),
    fix: 'Check the path, its permissions and the space left.',
    fields: { path },
    cause,
  });
