import { open } from 'node:fs/promises';
import { regularFileSize } from '@hm/tensor/files';
import { unreadable } from './read-at.ts';

/** Some bytes of a file, valid until the next chunk is requested. */
export interface Chunk {
  bytes: Buffer;
  /** Offset of the first byte in the file. */
  offset: number;
}

/**
 * Yields a file's bytes from the start, in one reused buffer.
 *
 * @throws {InvalidDataError} if the file cannot be read.
 */
export async function* chunksOf(path: string, size = 1 << 20): AsyncGenerator<Chunk, void, void> {
  regularFileSize(path);
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const buffer = Buffer.allocUnsafe(Math.min(size, (await file.stat()).size + 1));
    for (let offset = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset).catch((cause: unknown) => {
        throw unreadable(path, cause);
      });
      if (bytesRead === 0) return;
      yield { bytes: buffer.subarray(0, bytesRead), offset };
      offset += bytesRead;
    }
  } finally {
    await file.close();
  }
}
