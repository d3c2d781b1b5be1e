import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Lock, lockFile, readRegularFile, writeFileSafely } from '@hm/tensor/files';
import { HmError } from '@hm/tensor/host';
import type { GalleryStore } from './gallery-store.ts';

/** How long to wait for another writer, in milliseconds. */
const PATIENCE = 10_000;

/** Stores a gallery in a file, which one process writes at a time. */
export const fileStore = (path: string): GalleryStore => ({
  name: path,
  async version() {
    const info = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return info && `${info.ino} ${info.size} ${info.mtimeNs}`;
  },
  read: async () => new Uint8Array(await readRegularFile(path)),
  write: (bytes) => writeFileSafely(path, bytes),
  async alone(task) {
    const lock = await patiently(() => lockFile(path));
    try {
      return await task();
    } finally {
      await lock.release();
    }
  },
});

async function patiently(take: () => Promise<Lock>): Promise<Lock> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await take();
    } catch (error) {
      const held = HmError.isInstance(error) && error.fields.lock !== undefined;
      if (!held || Date.now() > end) throw error;
      await delay(50);
    }
  }
}
