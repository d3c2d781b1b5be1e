import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { regularFileSize } from '@hm/tensor/files';
import { damaged } from '../files/damaged.ts';
import { unreadable } from '../files/read-at.ts';

/** Bytes in order, to be read or skipped. */
export interface ByteStream {
  /** Offset of the next byte. */
  readonly offset: number;
  /** Reads `length` bytes, or fewer at the end. */
  read(length: number): Promise<Uint8Array>;
  /** @throws {InvalidDataError} if the stream ends before. */
  skip(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file as a stream; skipped parts are never read. */
export async function fileStream(path: string): Promise<ByteStream> {
  regularFileSize(path);
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const { size } = await file.stat();
  let offset = 0;
  return {
    get offset() {
      return offset;
    },
    async read(length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset).catch((cause: unknown) => {
        throw unreadable(path, cause);
      });
      offset += bytesRead;
      return bytes.subarray(0, bytesRead);
    },
    async skip(length) {
      if (length > size - offset) throw endsEarly(path, offset, length);
      offset += length;
    },
    close: () => file.close(),
  };
}

/** Opens the contents of a gzip file as a stream; offsets count uncompressed bytes. */
export function gunzipStream(path: string): ByteStream {
  regularFileSize(path);
  const limit = bombBytes(path);
  const source = createReadStream(path);
  const unzip = createGunzip();
  source.on('error', (error) => unzip.destroy(unreadable(path, error)));
  const chunks = source.pipe(unzip)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Uint8Array = new Uint8Array(0);
  let offset = 0;
  const fill = async (): Promise<boolean> => {
    if (rest.length > 0) return true;
    const next = await chunks.next().catch((cause: unknown) => {
      throw notGzip(path, offset, cause);
    });
    if (next.done) return false;
    rest = next.value;
    if (offset + rest.length > limit) throw bomb(path, offset, limit);
    return true;
  };
  const take = (length: number): Uint8Array => {
    const taken = rest.subarray(0, length);
    rest = rest.subarray(taken.length);
    offset += taken.length;
    return taken;
  };
  return {
    get offset() {
      return offset;
    },
    async read(length) {
      const pieces: Uint8Array[] = [];
      for (let left = length; left > 0 && (await fill()); left -= pieces.at(-1)!.length)
        pieces.push(take(left));
      // Always a copy: a view would keep the whole decompressed chunk in memory.
      return Buffer.concat(pieces);
    },
    async skip(length) {
      for (let left = length; left > 0; left -= take(left).length) {
        if (!(await fill())) throw endsEarly(path, offset, left);
      }
    },
    async close() {
      source.destroy();
      unzip.destroy();
    },
  };
}

/**
 * Limit for the decompressed size. Archives of images hardly shrink; one that grows more than this is made to exhaust
 * its reader.
 */
const bombBytes = (path: string): number => {
  try {
    return statSync(path).size * 100 + 2 ** 26;
  } catch (cause) {
    throw unreadable(path, cause);
  }
};

const bomb = (path: string, offset: number, limit: number) =>
  damaged({ path, offset, expected: `at most ${limit} bytes after decompression`, received: 'more' });

const endsEarly = (path: string, offset: number, length: number) =>
  damaged({ path, offset, expected: `${length} more bytes`, received: 'the end of the file' });

function notGzip(path: string, offset: number, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'invalid-data') return cause;
  return damaged({ path, offset, expected: 'gzip data', received: message, cause });
}
